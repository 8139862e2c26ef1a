import { GroupTag } from '../containers/container-groups.ts';
import type { Stored } from '../storage/typed-table.ts';
import { lastLook } from './last-look.ts';
import { sendTick } from './messages.ts';
import { isRunOver, RUN_PARTITION, type RunRow } from './records/run-row.ts';
import { type Services, secondsAfter } from './services.ts';

/** Runs are listed newest first; one that began so long before its deadline ended long ago. */
const DAY_SECONDS = 86_400;

/**
 * The last resort, on a timer of its own: deletes groups of ours that are past their expiry, wakes
 * runs whose tick was lost, and looks once more at runs that ended a while ago. One that fails does
 * not keep the others from being done; the invocation fails then, so that it is seen.
 */
export async function reap(services: Services): Promise<void> {
  const errors: unknown[] = [];
  for (const duty of [reapGroups, seeToRuns]) {
    try {
      await duty(services);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
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

async function seeToRuns(services: Services): Promise<void> {
  const now = services.clock.now();
  const { runHours, tickSeconds } = services.options;
  const ancient = secondsAfter(now, -runHours * 3600 - 2 * DAY_SECONDS);
  const late: Stored<RunRow>[] = [];
  for await (const run of services.runs.list(RUN_PARTITION)) {
    const { row } = run;
    if (row.createdAt < ancient) break;
    if (!isRunOver(row) && secondsAfter(row.nextAt, 2 * tickSeconds) < now) {
      services.log.warn('run woken', { runId: row.runId });
      await sendTick(services, { runId: row.runId, wake: row.wake });
    }
    if (row.lastLookAt !== undefined && row.lastLookAt <= now) late.push(run);
  }
  for (const run of late) await lastLook(services, run);
}
