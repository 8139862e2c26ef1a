import { ArmError } from './arm-error.ts';
import type { ArmRoute } from './arm-route.ts';
import type { ContainerGroup } from './container-group.ts';
import type { Accepted, GroupStore } from './group-store.ts';
import { groupView } from './group-view.ts';

export interface ArmCall {
  readonly method: string;
  readonly url: URL;
  readonly subscription: string;
  readonly route: ArmRoute;
  readonly body: unknown;
}

export interface ArmAnswer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** True if the connection breaks instead of a response. */
  readonly answerLost?: boolean;
}

interface Context {
  readonly store: GroupStore;
  readonly pageSize: number;
}

/** Executes a request. Throws {@link ArmError}. */
export async function answerRoute(call: ArmCall, context: Context): Promise<ArmAnswer> {
  const { route, method } = call;
  const { store } = context;
  if (route.kind === 'group' && method === 'PUT') {
    return accepted(call, await store.put(route.resourceGroup, route.name, call.body));
  }
  if (route.kind === 'group' && method === 'DELETE') {
    return accepted(call, await store.delete(route.resourceGroup, route.name));
  }
  if (method !== 'GET') {
    throw new ArmError(405, 'MethodNotAllowed', `The method '${method}' is not supported here.`);
  }
  switch (route.kind) {
    case 'group':
      return { status: 200, body: view(call, store.get(route.resourceGroup, route.name)) };
    case 'groups':
      return { status: 200, body: page(call, store.list(route.resourceGroup), context.pageSize) };
    case 'logs':
      return { status: 200, body: logs(call, store.get(route.resourceGroup, route.name), route) };
    case 'operation':
      return { status: 200, body: { name: route.id, status: store.operation(route.id) } };
    case 'usages':
      return { status: 200, body: usages(store) };
  }
}

/** The header gives the address of a long-running operation; its body has the progress. */
function accepted(call: ArmCall, answer: Accepted): ArmAnswer {
  const location = answer.group?.request.location ?? '';
  const operation =
    `${call.url.origin}/subscriptions/${call.subscription}/providers/Microsoft.ContainerInstance` +
    `/locations/${location}/operations/${answer.operation}${call.url.search}`;
  return {
    status: answer.status,
    ...(answer.group && { body: view(call, answer.group) }),
    headers: answer.operation === undefined ? {} : { 'azure-asyncoperation': operation },
    answerLost: answer.answerLost ?? false,
  };
}

function view(call: ArmCall, group: ContainerGroup, withInstance = true): object {
  const id =
    `/subscriptions/${call.subscription}/resourceGroups/${group.resourceGroup}` +
    `/providers/Microsoft.ContainerInstance/containerGroups/${group.name}`;
  return groupView(group, id, withInstance);
}

/** As in Azure, a list has no instance views; the state of a group needs its own request. */
function page(call: ArmCall, groups: readonly ContainerGroup[], size: number): object {
  const from = Number(call.url.searchParams.get('$skiptoken') ?? 0);
  const next = from + size;
  const nextLink = new URL(call.url);
  nextLink.searchParams.set('$skiptoken', String(next));
  return {
    value: groups.slice(from, next).map((group) => view(call, group, false)),
    ...(next < groups.length && { nextLink: nextLink.href }),
  };
}

function logs(
  call: ArmCall,
  group: ContainerGroup,
  route: Extract<ArmRoute, { readonly kind: 'logs' }>,
): object {
  const run = group.runs.find((one) => one.container.name === route.container);
  if (run === undefined) {
    const text = `The container '${route.container}' was not found in group '${route.name}'.`;
    throw new ArmError(404, 'ContainerNotFound', text);
  }
  if (run.current.state === 'Waiting' && run.restartCount === 0) {
    const text = `The log of container '${route.container}' is not available yet.`;
    throw new ArmError(404, 'ContainerLogNotAvailable', text);
  }
  const tail = call.url.searchParams.get('tail');
  return {
    content: run.log.read({
      ...(tail !== null && { tail: Number(tail) }),
      timestamps: call.url.searchParams.get('timestamps') === 'true',
    }),
  };
}

function usages(store: GroupStore): object {
  const usage = store.usage();
  const entry = (value: string, currentValue: number, limit: number) => ({
    unit: 'Count',
    currentValue,
    limit,
    name: { value, localizedValue: value },
  });
  const { quotas } = store;
  return {
    value: [
      entry('ContainerGroups', usage.groups, quotas.groups),
      entry('StandardCores', usage.standardCores, quotas.standardCores),
      entry('ConfidentialCores', usage.confidentialCores, quotas.confidentialCores),
    ],
  };
}
