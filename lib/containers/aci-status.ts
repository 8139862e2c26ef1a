import { z } from 'zod';
import { plainText } from '../text/plain-text.ts';
import { GroupName, type GroupStatus } from './container-groups.ts';

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

/**
 * Determines the state of a group. It has ended only if its container is `Terminated` or its
 * provisioning failed; Azure advises not to rely on other state names.
 */
export function groupStatus(group: AciGroup): GroupStatus {
  const container = group.containers?.[0]?.instanceView;
  const current = container?.currentState;
  return {
    name: group.name,
    ...ended(group, current),
    tags: group.tags ?? {},
    detail: describe(group),
  };
}

function ended(
  group: AciGroup,
  current: z.infer<typeof ContainerState> | null | undefined,
): Pick<GroupStatus, 'state'> {
  if (current?.state === 'Terminated') {
    const { exitCode } = current;
    const ran = exitCode !== undefined && !PLATFORM_EXIT_CODES.has(exitCode);
    return { state: ran ? 'stopped' : 'lost' };
  }
  if (group.provisioningState === 'Failed' || group.provisioningState === 'Canceled') {
    return { state: 'lost' };
  }
  const running =
    current?.state === 'Running' || (!current && group.provisioningState === 'Succeeded');
  return { state: running ? 'running' : 'starting' };
}

/** ACI's own text, newest event last: `Failed; Terminated OOMKilled (exit 137); Pulling: …`. */
function describe(group: AciGroup): string {
  const container = group.containers?.[0]?.instanceView;
  const current = container?.currentState;
  const exit = current?.exitCode === undefined ? '' : ` (exit ${current.exitCode})`;
  const restarts = container?.restartCount ?? 0;
  const events = [...(group.instanceView?.events ?? []), ...(container?.events ?? [])];
  const parts = [
    group.provisioningState ?? '',
    `${current?.state ?? ''} ${current?.detailStatus ?? ''}`.trim() + exit,
    restarts === 0 ? '' : `restarts: ${restarts}`,
    ...events.slice(-3).map(({ name, message }) => `${name ?? ''}: ${message ?? ''}`),
  ];
  const text = parts.filter((part) => part !== '').join('; ');
  return plainText(text, MAX_DETAIL);
}
