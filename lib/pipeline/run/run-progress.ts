import { truncate } from '../../text/truncate.ts';
import type { Job } from '../records/job.ts';
import type { Run } from '../records/run.ts';
import type { Target } from '../records/target.ts';
import { isTerminal } from '../records/target-states.ts';

const LONGEST_TOOLS = 500;

/**
 * How far a run is, from its rows alone: when something last moved, when it will end by its pace so
 * far, and the tools that its groups reported.
 */
export function runProgress(
  run: Pick<Run, 'createdAt' | 'deadline'>,
  rows: { readonly targets: readonly Target[]; readonly jobs: readonly Job[] },
  now: Date,
): Pick<Run, 'progressAt' | 'expectedAt' | 'tools'> {
  const tools = [...new Set(rows.jobs.flatMap((job) => job.tools?.split(' ') ?? []))].sort();
  return {
    progressAt: newest([
      ...rows.targets.flatMap((target) => [
        target.discoveredAt,
        target.scannedAt,
        target.verifiedAt,
        target.finishedAt,
      ]),
      ...rows.jobs.flatMap((job) => [job.launchedAt, job.finishedAt]),
    ]),
    expectedAt: expectedEnd(run, rows.targets, now),
    ...(tools.length > 0 && { tools: truncate(tools.join(' '), LONGEST_TOOLS) }),
  };
}

/**
 * Assumes that the active targets take as long as those that a group worked on. Undefined until one of
 * these has ended, and if none is active.
 */
function expectedEnd(
  { createdAt, deadline }: Pick<Run, 'createdAt' | 'deadline'>,
  targets: readonly Target[],
  now: Date,
): Date | undefined {
  const active = targets.filter(({ state }) => !isTerminal(state)).length;
  const ended = targets.filter(
    ({ state, scannedAt }) => isTerminal(state) && scannedAt !== undefined,
  ).length;
  if (active === 0 || ended === 0) return undefined;
  const elapsed = now.getTime() - createdAt.getTime();
  const end = now.getTime() + (elapsed * active) / ended;
  return new Date(Math.min(end, Math.max(deadline.getTime(), now.getTime())));
}

function newest(times: readonly (Date | undefined)[]): Date | undefined {
  let found: Date | undefined;
  for (const time of times) {
    if (time !== undefined && (found === undefined || time > found)) found = time;
  }
  return found;
}
