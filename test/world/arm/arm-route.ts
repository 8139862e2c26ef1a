/** The target of a request to ARM. Names are as in the path; ARM ignores their case. */
export type ArmRoute =
  | { readonly kind: 'group'; readonly resourceGroup: string; readonly name: string }
  | { readonly kind: 'groups'; readonly resourceGroup?: string }
  | {
      readonly kind: 'logs';
      readonly resourceGroup: string;
      readonly name: string;
      readonly container: string;
    }
  | { readonly kind: 'operation'; readonly id: string }
  | { readonly kind: 'usages'; readonly location: string };

const PROVIDER = '/providers/Microsoft\\.ContainerInstance';
const PATH = new RegExp(
  '^/subscriptions/(?<subscription>[^/]+)(?:/resourceGroups/(?<resourceGroup>[^/]+))?' +
    `${PROVIDER}/(?:` +
    'containerGroups(?:/(?<name>[^/]+)(?:/containers/(?<container>[^/]+)/logs)?)?' +
    '|locations/(?<location>[^/]+)/(?:operations/(?<operation>[^/]+)|(?<usages>usages))' +
    ')/?$',
  'i',
);

/** Parses a path; undefined if this local ARM does not know it. */
export function parseRoute(
  path: string,
): { readonly subscription: string; readonly route: ArmRoute } | undefined {
  const parts = PATH.exec(path)?.groups;
  if (parts === undefined) {
    return undefined;
  }
  const { resourceGroup, name, container, location, operation, usages } = parts;
  const subscription = parts.subscription ?? '';
  if (operation !== undefined) {
    return { subscription, route: { kind: 'operation', id: operation } };
  }
  if (usages !== undefined && location !== undefined) {
    return { subscription, route: { kind: 'usages', location } };
  }
  if (resourceGroup === undefined) {
    return name === undefined ? { subscription, route: { kind: 'groups' } } : undefined;
  }
  if (name === undefined) {
    return { subscription, route: { kind: 'groups', resourceGroup } };
  }
  return container === undefined
    ? { subscription, route: { kind: 'group', resourceGroup, name } }
    : { subscription, route: { kind: 'logs', resourceGroup, name, container } };
}
