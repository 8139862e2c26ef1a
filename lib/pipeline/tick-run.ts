import pLimit from 'p-limit';
import type { Stored } from '../storage/typed-table.ts';
import { finishTarget, moveTarget, writeTarget } from './change-target.ts';
import { clearJobStaging, clearTargetStaging } from './clear-staging.ts';
import { discoverStep } from './discover.ts';
import { claimImage } from './inventory.ts';
import { type RunMessage, sendStep, sendTick } from './messages.ts';
import { type NewJob, planTick } from './plan-tick.ts';
import { type JobRow, jobIdOf } from './records/job-row.ts';
import { runRowKey } from './records/run-id.ts';
import { isRunOver, RUN_PARTITION, type RunRow } from './records/run-row.ts';
import { knownPatches, type TargetRow } from './records/target-row.ts';
import { type Services, secondsAfter } from './services.ts';

const MAX_ERRORS = 20;
const AT_ONCE = 8;

/** One tick of a run: take it, do what is due, write it down, and see to the next tick. */
export async function tickRun(services: Services, message: RunMessage): Promise<void> {
  const now = services.clock.now();
  const stored = await services.runs.get(RUN_PARTITION, runRowKey(message.runId));
  if (stored === undefined || isRunOver(stored.row)) return;
  if (message.wake !== undefined && message.wake !== stored.row.wake) return;
  if (stored.row.leaseUntil !== undefined && stored.row.leaseUntil > now) return;
  const leaseUntil = secondsAfter(now, services.options.leaseSeconds);
  const held = await services.runs.replace(
    { ...stored.row, wake: stored.row.wake + 1, leaseUntil, nextAt: leaseUntil },
    stored.etag,
  );
  if (held === undefined) return;

  const next = await tickHeld(services, held.row);
  const { leaseUntil: _, ...row } = { ...held.row, ...next.changes };
  const delaySeconds = next.soon ? 0 : services.options.tickSeconds;
  const nextAt = secondsAfter(services.clock.now(), delaySeconds);
  const written = await services.runs.replace({ ...row, nextAt }, held.etag);
  if (written === undefined || isRunOver(written.row)) return;
  await sendTick(services, { runId: row.runId, wake: row.wake }, delaySeconds);
}

interface NextTick {
  readonly changes: Partial<RunRow>;
  readonly soon: boolean;
}

/** An unexpected error is counted and tried again at the next tick; too many in a row end the run. */
async function tickHeld(services: Services, run: RunRow): Promise<NextTick> {
  try {
    const next =
      run.state === 'discovering' ? await discover(services, run) : await advance(services, run);
    return { ...next, changes: { errors: 0, ...next.changes } };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    services.log.error('tick failed', { runId: run.runId, errors: run.errors + 1, detail });
    if (run.state === 'discovering' && run.errors >= MAX_ERRORS) {
      return ended(services, 'failed', { reason: 'registry-error', detail: detail.slice(0, 1000) });
    }
    return { changes: { errors: run.errors + 1 }, soon: false };
  }
}

async function discover(services: Services, run: RunRow): Promise<NextTick> {
  const step = await discoverStep(services, run);
  if ('fault' in step) {
    services.log.error('run failed', { runId: run.runId, reason: step.fault, detail: step.detail });
    return ended(services, 'failed', { reason: step.fault, detail: step.detail.slice(0, 30_000) });
  }
  return { changes: step.changes, soon: true };
}

async function advance(services: Services, run: RunRow): Promise<NextTick> {
  const targets = new Map<string, Stored<TargetRow>>();
  for await (const target of services.targets.list(run.runId))
    targets.set(target.row.rowKey, target);
  const jobs: Stored<JobRow>[] = [];
  for await (const job of services.jobs.list(run.runId)) jobs.push(job);
  const plan = planTick({
    targets: [...targets.values()].map((target) => target.row),
    jobs: jobs.map((job) => job.row),
    options: services.options,
    now: services.clock.now(),
    deadline: run.deadline,
  });
  if (plan.over) {
    await sweepStaging(services, jobs);
    services.log.info('run completed', { runId: run.runId, ...plan.counts });
    return ended(services, 'completed', plan.counts);
  }
  const limit = pLimit(AT_ONCE);
  const stored = (row: TargetRow) => targets.get(row.rowKey) ?? { row, etag: '' };
  await Promise.all([
    ...plan.newJobs.map((job) => limit(() => makeJob(services, run, job, stored))),
    ...plan.expire.map((row) => limit(() => expire(services, stored(row)))),
    ...plan.admit.map((row) => limit(() => admit(services, jobs, row))),
    ...plan.wake.map((row) => limit(() => sendStep(services, row))),
  ]);
  // New jobs are admitted by the next tick, which sees them as they were written.
  return { changes: plan.counts, soon: plan.newJobs.length > 0 };
}

async function expire(services: Services, target: Stored<TargetRow>): Promise<void> {
  const outcome = { state: 'failed', reason: 'run-deadline' } as const;
  await clearTargetStaging(services, target.row);
  await finishTarget(services, target, outcome);
}

/** What a group that was given up has pushed since, now that none is left. */
async function sweepStaging(services: Services, jobs: readonly Stored<JobRow>[]): Promise<void> {
  const patches = jobs.map((job) => job.row).filter((job) => job.kind === 'patch');
  for (const [repository, ofRepository] of Map.groupBy(patches, (job) => job.repository)) {
    if (repository === undefined) continue;
    await clearJobStaging(
      services,
      repository,
      ofRepository.map((job) => job.rowKey),
    );
  }
}

function ended(services: Services, state: RunRow['state'], changes: Partial<RunRow>): NextTick {
  return { changes: { ...changes, state, finishedAt: services.clock.now() }, soon: false };
}

/** Claims, then the job's row, then its targets: cut anywhere, the next tick makes the same job. */
async function makeJob(
  services: Services,
  run: RunRow,
  planned: NewJob,
  stored: (row: TargetRow) => Stored<TargetRow>,
): Promise<void> {
  const targets =
    planned.kind === 'scan'
      ? await claimed(services, run, planned.targets, stored)
      : planned.targets;
  const [first] = targets;
  if (first === undefined) return;
  const rounds = targets.map((target) => ({ rowKey: target.rowKey, round: target.round + 1 }));
  const jobId = jobIdOf(run.runId, planned.kind, rounds);
  const now = services.clock.now();
  await services.jobs.insert({
    partitionKey: run.runId,
    rowKey: jobId,
    kind: planned.kind,
    state: 'waiting',
    ...((planned.kind === 'patch' || planned.kind === 'publish') && {
      repository: first.repository,
    }),
    targets: JSON.stringify(targets.map((target) => target.rowKey)),
    attempt: 0,
    wake: 0,
    nextAt: now,
    errors: 0,
    createdAt: now,
  });
  for (const target of targets) {
    const assigned = { job: jobId, round: target.round + 1 };
    if (target.state === 'queued') await moveTarget(services, stored(target), 'scanning', assigned);
    else await writeTarget(services, stored(target), { ...target, ...assigned });
  }
}

/** Only those whose image this run may work on; the others end, held by another run. */
async function claimed(
  services: Services,
  run: RunRow,
  targets: readonly TargetRow[],
  stored: (row: TargetRow) => Stored<TargetRow>,
): Promise<readonly TargetRow[]> {
  const kept: TargetRow[] = [];
  for (const target of targets) {
    const digest = target.sourceDigest;
    if (digest === undefined) continue;
    const image = { repository: target.repository, digest };
    const accepted = knownPatches(target).map((patch) => patch.digest);
    if (await claimImage(services, image, run, accepted)) kept.push(target);
    else if (target.state === 'queued') {
      const outcome = { state: 'skipped', reason: 'held-by-another-run' } as const;
      await finishTarget(services, stored(target), outcome);
    }
  }
  return kept;
}

async function admit(
  services: Services,
  jobs: readonly Stored<JobRow>[],
  row: JobRow,
): Promise<void> {
  const stored = jobs.find((job) => job.row.rowKey === row.rowKey);
  if (stored === undefined) return;
  const now = services.clock.now();
  const admitted = await services.jobs.replace(
    { ...row, state: 'ready', nextAt: now },
    stored.etag,
  );
  if (admitted !== undefined) await sendStep(services, admitted.row);
}
