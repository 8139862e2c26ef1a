import { GroupTag } from '../../containers/container-groups.ts';
import { deleteGroup } from '../group/delete-group.ts';
import { sendTell, sendTick } from '../messages.ts';
import { isRunOver, type Run } from '../records/run.ts';
import { type Services, secondsAfter } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import { each } from './each.ts';
import { emptyPoison } from './empty-poison.ts';
import { lastLook } from './last-look.ts';
import { retain } from './retain.ts';

/** More than a year of daily runs, so that no run is missed after a long downtime. */
const MAX_RUNS = 500;

/**
 * The last resort, on its own timer: empties the poison queues, deletes expired container groups, wakes
 * runs whose tick was lost, takes the last look at ended runs, and archives old ones. If one of these
 * fails, the others still run, and then the invocation fails so that operators notice. Poison comes first:
 * its work is bounded, and its messages expire.
 */
export async function reap(services: Services): Promise<void> {
  await each([noteStart, emptyPoison, reapGroups, seeToRuns, retain], (duty) => duty(services));
}

/** For the health of the timers (timer-watch.ts). */
async function noteStart({ timers, clock }: Services): Promise<void> {
  const now = clock.now();
  await timers.startReaper({ since: now, now });
}

async function reapGroups(services: Services): Promise<void> {
  const now = services.clock.now();
  for await (const group of services.groups.list()) {
    const expiresAt = Date.parse(group.tags[GroupTag.expiresAt] ?? '');
    // This pipeline did not create a group without a readable expiry: keep it, and log it.
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
  const late: Stored<Run>[] = [];
  let looked = 0;
  const passOver = ({ message }: Error) =>
    services.log.error('unreadable run skipped', { detail: message });
  for await (const run of services.runs.newestFirst(passOver)) {
    looked += 1;
    if (looked > MAX_RUNS) break;
    if (!isRunOver(run) && secondsAfter(run.nextAt, 2 * tickSeconds) < now) {
      services.log.warn('run woken', { runId: run.id });
      await sendTick(services, { runId: run.id, wake: run.wake });
    }
    if (run.lastLookAt !== undefined && run.lastLookAt <= now) late.push(run);
    if (run.tellSince !== undefined && services.webhook !== undefined) {
      await sendTell(services, run.id);
    }
  }
  await each(late, (run) => lastLook(services, run));
}
