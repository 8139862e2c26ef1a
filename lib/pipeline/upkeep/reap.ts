import { GroupTag } from '../../containers/container-groups.ts';
import type { Stored } from '../../storage/typed-table.ts';
import { deleteGroup } from '../group/delete-group.ts';
import { sendTick } from '../messages.ts';
import { isRunOver, RUN_PARTITION, type RunRow } from '../records/run-row.ts';
import { type Services, secondsAfter } from '../services.ts';
import { lastLook } from './last-look.ts';

/** Newest first: more than a year of daily runs, so that one is found however long the app stood. */
const MAX_RUNS = 500;

/**
 * The last resort, on a timer of its own: deletes groups of ours that are past their expiry, wakes
 * runs whose tick was lost, and looks once more at runs that ended a while ago. One that fails does
 * not keep the others from being done; the invocation fails then, so that it is seen.
 */
export async function reap(services: Services): Promise<void> {
  await each([reapGroups, seeToRuns], (duty) => duty(services));
}

async function reapGroups(services: Services): Promise<void> {
  const now = services.clock.now();
  for await (const group of services.groups.list()) {
    const expiresAt = Date.parse(group.tags[GroupTag.expiresAt] ?? '');
    // A group without a readable expiry was not made by this pipeline: leave it alone, and say so.
    if (Number.isNaN(expiresAt)) services.log.warn('group without expiry', { group: group.name });
    else if (expiresAt <= now.getTime()) {
      const answer = await deleteGroup(services, group.name);
      services.log.warn('expired group deleted', { group: group.name, ok: answer.ok });
      if (!answer.ok && answer.refusal === 'throttled') return;
    }
  }
}

async function seeToRuns(services: Services): Promise<void> {
  const now = services.clock.now();
  const { tickSeconds } = services.options;
  const late: Stored<RunRow>[] = [];
  let looked = 0;
  const passOver = ({ message }: Error) =>
    services.log.error('run passed over', { detail: message });
  for await (const run of services.runs.listReadable(RUN_PARTITION, passOver)) {
    const { row } = run;
    looked += 1;
    if (looked > MAX_RUNS) break;
    if (!isRunOver(row) && secondsAfter(row.nextAt, 2 * tickSeconds) < now) {
      services.log.warn('run woken', { runId: row.runId });
      await sendTick(services, { runId: row.runId, wake: row.wake });
    }
    if (row.lastLookAt !== undefined && row.lastLookAt <= now) late.push(run);
  }
  await each(late, (run) => lastLook(services, run));
}

/** All of them, though one fails; what failed first is thrown at the end. */
async function each<Item>(
  items: Iterable<Item>,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = [];
  for (const item of items) {
    try {
      await act(item);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
