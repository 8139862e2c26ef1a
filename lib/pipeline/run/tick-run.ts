import { inParallel } from '../../in-parallel.ts';
import type { Stored } from '../../storage/typed-table.ts';
import { plainText } from '../../text/plain-text.ts';
import { truncate } from '../../text/truncate.ts';
import { isCanceled } from '../cancellation.ts';
import { discoverStep, giveRepositoryUp } from '../discovery/discover.ts';
import { askedToWait } from '../failures.ts';
import { LeaseLost } from '../lease.ts';
import { type RunMessage, sendStep, sendTick } from '../messages.ts';
import type { JobRow } from '../records/job-row.ts';
import type { Outcome } from '../records/reasons.ts';
import { runRowKey } from '../records/run-id.ts';
import { isRunOver, RUN_PARTITION, type RunRow } from '../records/run-row.ts';
import type { TargetRow } from '../records/target-row.ts';
import { type Services, secondsAfter } from '../services.ts';
import { clearRunStaging, type Lease } from '../staging/clear-staging.ts';
import { admitJob, dropJob, makeJob } from './admit-jobs.ts';
import { endTargets, joinPatched } from './end-targets.ts';
import { planTick } from './plan-tick.ts';

/** Ticks that may fail in a row before a repository, and before the whole discovery is given up. */
const MAX_REPOSITORY_ERRORS = 5;
const MAX_ERRORS = 20;
/** And before a run under way is given up: hours, since its jobs go on without it. */
const MAX_RUNNING_ERRORS = 60;
const LONGEST_DELAY_SECONDS = 300;
const AT_ONCE = 8;
/** A tick reads every row of its run: one of ten thousand targets ticks no oftener than each 50 s. */
const TARGETS_A_SECOND = 200;
/** Longer than a token of a group lasts, and than any step that was given up. */
const LAST_LOOK_SECONDS = 80 * 60;

/** One tick of a run: take it, do what is due, write it down, and see to the next tick. */
export async function tickRun(services: Services, message: RunMessage): Promise<void> {
  const now = services.clock.now();
  const stored = await services.runs.get(RUN_PARTITION, runRowKey(message.runId));
  if (stored === undefined || isRunOver(stored.row)) return;
  if (message.wake === undefined ? isTooSoon(stored.row, now) : message.wake !== stored.row.wake) {
    return;
  }
  if (stored.row.leaseUntil !== undefined && stored.row.leaseUntil > now) return;
  const leaseUntil = secondsAfter(now, services.options.leaseSeconds);
  const held = await services.runs.replace(
    {
      ...stored.row,
      wake: stored.row.wake + 1,
      // Failed until it ends: a tick that takes its process down with it counts too.
      errors: stored.row.errors + 1,
      tickedAt: now,
      leaseUntil,
      nextAt: leaseUntil,
    },
    stored.etag,
  );
  if (held === undefined) return;

  const next = await tickHeld(services, held.row);
  const { leaseUntil: _, ...changed } = { ...held.row, ...next.changes };
  const row =
    changed.reason === undefined && changed.errors === 0 ? withoutDetail(changed) : changed;
  const usual = Math.max(services.options.tickSeconds, paceSeconds(row));
  const delaySeconds = next.soon ? paceSeconds(row) : (next.delaySeconds ?? usual);
  const nextAt = secondsAfter(services.clock.now(), delaySeconds);
  const written = await services.runs.replace({ ...row, nextAt }, held.etag);
  if (written === undefined || isRunOver(written.row)) return;
  await sendTick(services, { runId: row.runId, wake: row.wake }, delaySeconds);
}

function withoutDetail(run: RunRow): RunRow {
  const { detail: _, ...row } = run;
  return row;
}

/** A nudge that comes right behind a tick is left to the next regular one. */
function isTooSoon(run: RunRow, now: Date): boolean {
  return run.tickedAt !== undefined && now < secondsAfter(run.tickedAt, paceSeconds(run));
}

function paceSeconds(run: RunRow): number {
  return Math.floor(run.targets / TARGETS_A_SECOND);
}

interface NextTick {
  readonly changes: Partial<RunRow>;
  readonly soon: boolean;
  /** After an error; else the usual time. */
  readonly delaySeconds?: number;
}

/** An unexpected error is counted and tried again at the next tick; too many in a row end the run. */
async function tickHeld(services: Services, run: RunRow): Promise<NextTick> {
  try {
    if (isHopeless(run, services.clock.now())) {
      const detail = 'its ticks were cut off again and again';
      return ended(services, run, 'failed', { reason: 'internal-error', detail });
    }
    const next =
      run.state === 'discovering' ? await discover(services, run) : await advance(services, run);
    return { ...next, changes: { errors: 0, ...next.changes } };
  } catch (error) {
    return afterError(services, run, error);
  }
}

/**
 * A run whose rows can't be worked with at all (an upgrade that reads them otherwise, a hand that
 * changed them, more of them than a process can hold) ends; its groups have their expiry, and its
 * claims theirs. One that discovers goes on first with what it has.
 */
function isHopeless(run: RunRow, now: Date): boolean {
  const { errors, state, deadline } = run;
  return (
    state === 'running' && errors > MAX_ERRORS && (now >= deadline || errors > MAX_RUNNING_ERRORS)
  );
}

/** Ticks wait longer each time, as the steps of jobs do. */
function afterError(services: Services, run: RunRow, error: unknown): NextTick {
  const message = error instanceof Error ? error.message : String(error);
  const { errors } = run;
  services.log.error('tick failed', { runId: run.runId, errors, detail: message });
  const detail = plainText(message, 1000);
  if (isHopeless({ ...run, errors: errors + 1 }, services.clock.now())) {
    return ended(services, run, 'failed', { errors, reason: 'internal-error', detail });
  }
  const growing = Math.min(services.options.tickSeconds * 2 ** errors, LONGEST_DELAY_SECONDS);
  const delaySeconds = Math.max(growing, askedToWait(error));
  const shown = run.state === 'discovering' ? { errors, detail } : { errors };
  return { changes: shown, soon: false, delaySeconds };
}

async function discover(services: Services, run: RunRow): Promise<NextTick> {
  if (await isCanceled(services, run.runId)) return { changes: { state: 'running' }, soon: true };
  if (run.errors > MAX_ERRORS || services.clock.now() >= run.deadline) {
    // What was discovered so far must end too: that is for the ticks to come.
    const { detail = 'the run was late' } = run;
    return { changes: { state: 'running', reason: 'registry-error', detail }, soon: true };
  }
  if (run.errors > MAX_REPOSITORY_ERRORS) {
    const changes = await giveRepositoryUp(services, run);
    if (changes !== undefined) return { changes, soon: true };
  }
  const step = await discoverStep(services, run);
  if ('fault' in step) {
    const detail = truncate(step.detail, 30_000);
    return ended(services, run, 'failed', { reason: step.fault, detail });
  }
  return { changes: step.changes, soon: true };
}

async function advance(services: Services, run: RunRow): Promise<NextTick> {
  const targets = new Map<string, Stored<TargetRow>>();
  for await (const target of services.targets.list(run.runId))
    targets.set(target.row.rowKey, target);
  const jobs = new Map<string, Stored<JobRow>>();
  for await (const job of services.jobs.list(run.runId)) jobs.set(job.row.rowKey, job);
  const lease = leaseOf(services, run);
  const canceled = await isCanceled(services, run.runId);
  const stop = whyToStop(run, canceled, services.clock.now());
  const plan = planTick({
    targets: [...targets.values()].map((target) => target.row),
    jobs: [...jobs.values()].map((job) => job.row),
    options: services.options,
    now: services.clock.now(),
    stop,
  });
  if (plan.over) {
    await clearRunStaging(
      services,
      [...jobs.values()].map((job) => job.row),
      lease,
    );
    return ended(services, run, finalState(run, canceled), plan.counts);
  }
  const storedTarget = (row: TargetRow) => targets.get(row.rowKey) ?? { row, etag: '' };
  const storedJob = (row: JobRow) => jobs.get(row.rowKey) ?? { row, etag: '' };
  const work = [
    ...plan.newJobs.map((job) => () => makeJob(services, run, job, storedTarget)),
    ...plan.join.map(
      (pair) => () => joinPatched(services, storedTarget(pair.target), pair.patched),
    ),
    ...plan.drop.map((row) => () => dropJob(services, storedJob(row))),
    ...plan.admit.map((row) => () => admitJob(services, storedJob(row))),
    ...plan.wake.map((row) => () => sendStep(services, row)),
  ];
  const failures: unknown[] = [];
  await inParallel(work, AT_ONCE, async (one) => {
    try {
      await one();
    } catch (error) {
      failures.push(error);
    }
  });
  const rest =
    stop === undefined
      ? false
      : await endTargets(services, plan.end.map(storedTarget), stop, {
          others: plan.finishing,
          lease,
        });
  // New jobs are admitted by the next tick, which sees them as they were written.
  for (const failure of failures) {
    const detail = failure instanceof Error ? failure.message : String(failure);
    services.log.error('part of a tick failed', { runId: run.runId, detail });
  }
  // One row that can't be worked with keeps none of the others back, but for ever.
  if (failures.length > 0 && stop !== undefined) throw failures[0];
  const soon = plan.newJobs.length > 0 || plan.join.length > 0 || plan.drop.length > 0 || rest;
  return { changes: plan.counts, soon };
}

/** The tick's own hold on its run, which it took for so long. */
function leaseOf({ clock }: Services, { leaseUntil }: RunRow): Lease {
  return {
    assertHeld: () => {
      if (leaseUntil === undefined || leaseUntil <= clock.now()) throw new LeaseLost();
    },
  };
}

/** How targets end that have not got far; undefined: the run goes on. */
function whyToStop(run: RunRow, canceled: boolean, now: Date): Outcome | undefined {
  if (canceled) return { state: 'canceled', reason: 'canceled' };
  if (run.reason !== undefined) {
    const detail = `discovery was given up: ${run.detail ?? ''}`;
    return { state: 'failed', reason: 'registry-error', detail };
  }
  return now < run.deadline ? undefined : { state: 'failed', reason: 'run-deadline' };
}

function finalState(run: RunRow, canceled: boolean): 'completed' | 'failed' | 'canceled' {
  if (canceled) return 'canceled';
  return run.reason === undefined ? 'completed' : 'failed';
}

/** Alerts look for these lines (infra/modules/alerts.bicep): a run that failed did not complete. */
function ended(
  services: Services,
  run: RunRow,
  state: 'completed' | 'failed' | 'canceled',
  changes: Partial<RunRow>,
): NextTick {
  const ending: RunRow = { ...run, ...changes, state };
  const { runId, reason, detail, targets, patched, failed } = ending;
  if (state === 'failed') services.log.error('run failed', { runId, reason, detail });
  else
    services.log.info(state === 'completed' ? 'run completed' : 'run canceled', {
      runId,
      targets,
      patched,
      failed,
    });
  const finishedAt = services.clock.now();
  const lastLookAt = secondsAfter(finishedAt, LAST_LOOK_SECONDS);
  return { changes: { ...changes, state, finishedAt, lastLookAt }, soon: false };
}
