import { inParallel } from '../../in-parallel.ts';
import { countedOperations } from '../counted-operations.ts';
import { NO_LEASE } from '../lease.ts';
import type { Job } from '../records/job.ts';
import { isJobOver } from '../records/job-states.ts';
import type { Outcome } from '../records/reasons.ts';
import type { Run } from '../records/run.ts';
import { runFindings } from '../records/run-findings.ts';
import { runUse } from '../records/run-use.ts';
import type { Target } from '../records/target.ts';
import { isTerminal } from '../records/target-states.ts';
import { endTargets, recordEnded } from '../run/end-targets.ts';
import { countStates } from '../run/plan-tick.ts';
import { type Services, secondsAfter } from '../services.ts';
import { clearRunStaging } from '../staging/clear-staging.ts';
import { sweepStaging } from '../staging/sweep-staging.ts';
import type { Stored } from '../stores/stored.ts';

/** After this time the run is closed, even if the cleanup is incomplete. */
const PATIENCE_SECONDS = 24 * 3600;
const AT_ONCE = 8;

/**
 * Cleans up orphans of an ended run: a container group may push to staging, or a stalled step
 * insert a target, after the run has ended. Runs when neither can happen any more. The next look
 * retries failures.
 */
export function lastLook(services: Services, run: Stored<Run>): Promise<void> {
  return services.storageUse.during(run.id, () => look(services, run));
}

async function look(services: Services, run: Stored<Run>): Promise<void> {
  const { id: runId, finishedAt, targets: known } = run;
  const now = services.clock.now();
  const patient = now < secondsAfter(finishedAt ?? now, PATIENCE_SECONDS);
  let unreadable = 0;
  const passOver = (error: Error) => {
    unreadable += 1;
    services.log.error('unreadable row skipped', { runId, detail: error.message });
  };
  const jobs = await Array.fromAsync(services.jobs.readableOfRun(runId, passOver));
  const live = jobs.filter((job) => !isJobOver(job));
  const strays: Stored<Target>[] = [];
  const ended: Target[] = [];
  for await (const target of services.targets.readableOfRun(runId, passOver)) {
    if (isTerminal(target.state)) ended.push(target);
    else strays.push(target);
  }
  await endJobs(services, live, ended);
  await recordEnded(services, ended);
  const outcome = strayOutcome(run);
  await endTargets(services, strays, () => outcome, { others: [], lease: NO_LEASE });
  await clearRunStaging(services, jobs, NO_LEASE);
  const swept = await sweepStaging(services, jobs);
  // The next look counts the targets that this one has ended.
  if (patient && (live.length > 0 || strays.length > 0 || !swept)) return;
  if (!swept) services.log.error('staging may not be empty', { runId });
  const recount = unreadable === 0 && ended.length >= known;
  const counts = { ...countStates(ended, 0), ...runFindings(ended) };
  // Only a run that failed may lack groups: its last tick read no jobs.
  const use = unreadable === 0 ? runUse(jobs, services.options.prices) : {};
  // Targets that ended after the run may be news.
  const tellSince = services.webhook === undefined ? run.tellSince : (run.tellSince ?? now);
  const operations = countedOperations(services, { ...run, ...use });
  await services.runs.close(run, { ...(recount && counts), ...use, ...operations, tellSince });
}

/**
 * Ends live jobs. Only a failed run has any, and their groups have expired by now. Releases the images of
 * their ended targets first: the step that would have done it never came.
 */
async function endJobs(
  services: Services,
  live: readonly Stored<Job>[],
  ended: readonly Target[],
): Promise<void> {
  const left = new Set(live.flatMap(({ targets }) => targets));
  await inParallel(
    ended.filter(({ id }) => left.has(id)),
    AT_ONCE,
    async ({ runId, repository, sourceDigest: digest }) => {
      if (digest !== undefined) await services.inventory.release({ repository, digest }, runId);
    },
  );
  await inParallel(live, AT_ONCE, (job) => services.jobs.endWithRun(job, services.clock.now()));
}

function strayOutcome({ state, detail }: Run): Outcome {
  if (state === 'failed') {
    return { state: 'failed', reason: 'internal-error', detail: `its run failed: ${detail ?? ''}` };
  }
  return { state: 'skipped', reason: 'run-over', detail: 'it was added after the run ended' };
}
