import * as z from 'zod';
import { plainText } from '../text/plain-text.ts';
import { type ContainerStatus, GroupName, type GroupStatus } from './container-groups.ts';

const MAX_DETAIL = 500;
/** ACI's exit codes for a container that the platform stopped. Source: Azure docs, container-state. */
const PLATFORM_EXIT_CODES = new Set([7147, 7148]);

const ContainerState = z.object({
  state: z.string().optional(),
  exitCode: z.number().int().optional(),
  detailStatus: z.string().optional(),
});
const Event = z.object({ name: z.string().optional(), message: z.string().optional() });

/**
 * The fields of the SDK's container group that we use. A list has no instance view, and a group that
 * has just started has none for its container.
 */
export const AciGroup = z.object({
  name: GroupName,
  tags: z.record(z.string(), z.string()).nullish(),
  provisioningState: z.string().nullish(),
  instanceView: z.object({ events: z.array(Event).nullish() }).nullish(),
  containers: z
    .array(
      z.object({
        name: z.string(),
        instanceView: z
          .object({
            restartCount: z.number().int().nullish(),
            currentState: ContainerState.nullish(),
            events: z.array(Event).nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
});
export type AciGroup = z.infer<typeof AciGroup>;

type Container = NonNullable<AciGroup['containers']>[number];

/**
 * Determines the state of a group and of its containers. A container has ended only if it is
 * `Terminated` or the provisioning failed; Azure advises not to rely on other state names.
 */
export function groupStatus(group: AciGroup): GroupStatus {
  const containers = (group.containers ?? []).map(
    (one) => [one.name, { state: containerState(group, one), detail: describeOne(one) }] as const,
  );
  return {
    name: group.name,
    state: stateOf(
      group,
      containers.map(([, { state }]) => state),
    ),
    containers: Object.fromEntries(containers),
    tags: group.tags ?? {},
    detail: describe(group),
  };
}

function containerState(group: AciGroup, container: Container): ContainerStatus['state'] {
  const current = container.instanceView?.currentState;
  if (current?.state === 'Terminated') {
    const { exitCode } = current;
    const ran = exitCode !== undefined && !PLATFORM_EXIT_CODES.has(exitCode);
    return ran ? 'stopped' : 'lost';
  }
  if (hasFailed(group)) return 'lost';
  const running =
    current?.state === 'Running' || (!current && group.provisioningState === 'Succeeded');
  return running ? 'running' : 'starting';
}

function stateOf(
  group: AciGroup,
  containers: readonly ContainerStatus['state'][],
): GroupStatus['state'] {
  const some = (state: ContainerStatus['state']) => containers.includes(state);
  if (containers.length === 0) {
    if (hasFailed(group)) return 'lost';
    return group.provisioningState === 'Succeeded' ? 'running' : 'starting';
  }
  if (some('running')) return 'running';
  // If some containers have ended, the group runs, even if another one still waits for its start.
  if (some('starting')) return some('stopped') ? 'running' : 'starting';
  return some('stopped') ? 'stopped' : 'lost';
}

function hasFailed({ provisioningState }: AciGroup): boolean {
  return provisioningState === 'Failed' || provisioningState === 'Canceled';
}

/** ACI's own text, newest event last: `Failed; Terminated OOMKilled (exit 137); Pulling: …`. */
function describe(group: AciGroup): string {
  const containers = group.containers ?? [];
  const several = containers.length > 1;
  const each = containers.map((one) => {
    const text = describeOne(one);
    return several && text !== '' ? `${one.name}: ${text}` : text;
  });
  return joined([group.provisioningState ?? '', ...eventsOf(group), ...each]);
}

function describeOne({ instanceView: container }: Container): string {
  const current = container?.currentState;
  const exit = current?.exitCode === undefined ? '' : ` (exit ${current.exitCode})`;
  const restarts = container?.restartCount ?? 0;
  return joined([
    `${current?.state ?? ''} ${current?.detailStatus ?? ''}`.trim() + exit,
    restarts === 0 ? '' : `restarts: ${restarts}`,
    ...eventsOf({ instanceView: container }),
  ]);
}

/** The newest are last. */
function eventsOf(of: { readonly instanceView?: AciGroup['instanceView'] }): readonly string[] {
  const events = of.instanceView?.events ?? [];
  return events.slice(-3).map(({ name, message }) => `${name ?? ''}: ${message ?? ''}`);
}

function joined(parts: readonly string[]): string {
  const text = parts.filter((part) => part !== '').join('; ');
  return plainText(text, MAX_DETAIL);
}
