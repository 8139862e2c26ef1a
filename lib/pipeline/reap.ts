import { GroupTag } from '../containers/container-groups.ts';
import { sendTick } from './messages.ts';
import { isRunOver, RUN_PARTITION } from './records/run-row.ts';
import type { Services } from './services.ts';

/** Runs that are looked at, newest first: far more than can be under way. */
const RUNS_LOOKED_AT = 50;

/**
 * The last resort, on a timer of its own: deletes groups of ours that are past their expiry, and
 * wakes runs whose tick was lost.
 */
export async function reap(services: Services): Promise<void> {
  await reapGroups(services);
  await wakeRuns(services);
}

async function reapGroups(services: Services): Promise<void> {
  const now = services.clock.now();
  for await (const group of services.groups.list()) {
    const expiresAt = Date.parse(group.tags[GroupTag.expiresAt] ?? '');
    // A group without a readable expiry was not made by this pipeline: leave it alone, and say so.
    if (Number.isNaN(expiresAt)) services.log.warn('group without expiry', { group: group.name });
    else if (expiresAt <= now.getTime()) {
      const answer = await services.groups.delete(group.name);
      services.log.warn('expired group deleted', { group: group.name, ok: answer.ok });
      if (!answer.ok && answer.refusal === 'throttled') return;
    }
  }
}

async function wakeRuns(services: Services): Promise<void> {
  const now = services.clock.now().getTime();
  const graceMs = services.options.tickSeconds * 2000;
  let looked = 0;
  for await (const { row } of services.runs.list(RUN_PARTITION)) {
    if (!isRunOver(row) && row.nextAt.getTime() + graceMs < now) {
      services.log.warn('run woken', { runId: row.runId });
      await sendTick(services, { runId: row.runId, wake: row.wake });
    }
    looked += 1;
    if (looked >= RUNS_LOOKED_AT) return;
  }
}
