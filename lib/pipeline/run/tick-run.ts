import { inParallel } from '../../in-parallel.ts';
import { plainText } from '../../text/plain-text.ts';
import { truncate } from '../../text/truncate.ts';
import { countedOperations } from '../counted-operations.ts';
import { discoverStep, giveRepositoryUp } from '../discovery/discover.ts';
import { MAX_DISCOVERY_ERRORS } from '../discovery/discover-tags.ts';
import { askedToWait } from '../failures.ts';
import { HeldRun } from '../held-run.ts';
import { LeaseLost } from '../lease.ts';
import { type RunMessage, sendStep, sendTell, sendTick } from '../messages.ts';
import { builderFaultIn } from '../records/builder-fault.ts';
import { isLeased } from '../records/leased.ts';
import type { Outcome } from '../records/reasons.ts';
import { isRunOver, type Run } from '../records/run.ts';
import { runFindings } from '../records/run-findings.ts';
import { runUse } from '../records/run-use.ts';
import type { Target } from '../records/target.ts';
import { isTerminal } from '../records/target-states.ts';
import { type Services, secondsAfter } from '../services.ts';
import { clearRunStaging } from '../staging/clear-staging.ts';
import type { Stored } from '../stores/stored.ts';
import { admitJob, dropJob, makeJob } from './admit-jobs.ts';
import { endRun, finalState } from './end-run.ts';
import { endTargets, joinPatched } from './end-targets.ts';
import { hasNews } from './has-news.ts';
import { isHeld, planTick, type TickPlan } from './plan-tick.ts';
import { overLimitOutcome } from './repository-limit.ts';
import { builderOfRun, type RunBuilder } from './run-builder.ts';
import { runProgress } from './run-progress.ts';
import { takeOver } from './take-over.ts';

/** Failed ticks in a row after which discovery ends. */
const MAX_ERRORS = 20;
/** The limit after discovery: some hours, because jobs continue without ticks. */
const MAX_RUNNING_ERRORS = 60;
const LONGEST_DELAY_SECONDS = 300;
const AT_ONCE = 8;
/** A tick reads every row of its run: a run of 10,000 targets ticks every 50 s at most. */
const TARGETS_A_SECOND = 200;

/**
 * One tick of a run: takes its lease, does the due work, persists it and enqueues the next tick.
 */
export function tickRun(services: Services, message: RunMessage): Promise<void> {
  return services.storageUse.during(message.runId, () => tick(services, message));
}

async function tick(services: Services, message: RunMessage): Promise<void> {
  const now = services.clock.now();
  const run = await services.runs.find(message.runId);
  if (run === undefined || isRunOver(run)) return;
  if (message.wake === undefined ? isTooSoon(run, now) : message.wake !== run.wake) return;
  if (isLeased(run, now)) return;
  const held = await HeldRun.take(services, run);
  if (held === undefined) return;
  const next = await tickHeld(services, held);
  try {
    await endTick(services, held, next);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    services.log.warn('tick lost its lease', { runId: message.runId });
  }
}

async function endTick(services: Services, held: HeldRun, next: NextTick): Promise<void> {
  const before = held.run;
  const after: Run = { ...before, ...next.changes };
  const isWell = after.reason === undefined && after.errors === 0;
  const usual = Math.max(services.options.tickSeconds, paceSeconds(after));
  const delaySeconds = next.soon ? paceSeconds(after) : (next.delaySeconds ?? usual);
  await held.release({
    ...next.changes,
    ...(isWell && { detail: undefined }),
    ...countedOperations(services, after),
    nextAt: secondsAfter(services.clock.now(), delaySeconds),
  });
  const { id: runId, wake } = held.run;
  if (!isRunOver(held.run)) await sendTick(services, { runId, wake }, delaySeconds);
  if (services.webhook !== undefined && hasNews(before, after)) await sendTell(services, runId);
}

/** True right after a tick: the next regular tick covers the hint. */
function isTooSoon(run: Run, now: Date): boolean {
  return run.tickedAt !== undefined && now < secondsAfter(run.tickedAt, paceSeconds(run));
}

function paceSeconds(run: Run): number {
  return Math.floor(run.targets / TARGETS_A_SECOND);
}

interface NextTick {
  readonly changes: Partial<Run>;
  readonly soon: boolean;
  /** Set after an error. The default is the usual delay. */
  readonly delaySeconds?: number;
}

/** Counts an unexpected error and retries at the next tick; too many in a row end the run. */
async function tickHeld(services: Services, held: HeldRun): Promise<NextTick> {
  const { run } = held;
  try {
    if (isHopeless(run, services.clock.now())) {
      const detail = 'its ticks crashed or timed out repeatedly';
      return failed(services, run, { reason: 'internal-error', detail });
    }
    const next =
      run.state === 'discovering' ? await discover(services, run) : await advance(services, held);
    return { ...next, changes: { errors: 0, ...next.changes } };
  } catch (error) {
    return afterError(services, run, error);
  }
}

/**
 * True after too many failed ticks in a row, for example because this version can't read a row or
 * because the rows don't fit into memory. The run then fails, and its groups and claims expire.
 */
function isHopeless(run: Run, now: Date): boolean {
  const { errors, state, deadline } = run;
  return (
    state === 'running' && errors > MAX_ERRORS && (now >= deadline || errors > MAX_RUNNING_ERRORS)
  );
}

/** Backs off longer after each error, as the steps of jobs do. */
function afterError(services: Services, run: Run, error: unknown): NextTick {
  const message = error instanceof Error ? error.message : String(error);
  const { errors } = run;
  services.log.error('tick failed', { runId: run.id, errors, detail: message });
  const detail = plainText(message, 1000);
  if (isHopeless({ ...run, errors: errors + 1 }, services.clock.now())) {
    return failed(services, run, { errors, reason: 'internal-error', detail });
  }
  const growing = Math.min(services.options.tickSeconds * 2 ** errors, LONGEST_DELAY_SECONDS);
  const delaySeconds = Math.max(growing, askedToWait(error));
  const shown = run.state === 'discovering' ? { errors, detail } : { errors };
  return { changes: shown, soon: false, delaySeconds };
}

async function discover(services: Services, run: Run): Promise<NextTick> {
  if (await services.cancellations.isRequested(run.id))
    return { changes: { state: 'running' }, soon: true };
  if (run.errors > MAX_ERRORS || services.clock.now() >= run.deadline) {
    // The next ticks end the targets discovered so far.
    const { detail = 'the run reached its deadline' } = run;
    return { changes: { state: 'running', reason: 'registry-error', detail }, soon: true };
  }
  if (run.errors > MAX_DISCOVERY_ERRORS) {
    const changes = await giveRepositoryUp(services, run);
    if (changes !== undefined) return { changes, soon: true };
  }
  const step = await discoverStep(services, run);
  if ('fault' in step) {
    const detail = truncate(step.detail, 30_000);
    return failed(services, run, { reason: step.fault, detail });
  }
  return { changes: step.changes, soon: true };
}

async function advance(services: Services, held: HeldRun): Promise<NextTick> {
  const { run } = held;
  const targets = await Array.fromAsync(services.targets.ofRun(run.id));
  const jobs = await Array.fromAsync(services.jobs.ofRun(run.id));
  const canceledBy = await services.cancellations.requestedBy(run.id);
  const canceled = canceledBy !== undefined;
  const stop = whyToStop(run, { canceled, now: services.clock.now() });
  const builder = builderOfRun(run, jobs);
  const plan = planTick({
    targets,
    jobs,
    options: services.options,
    now: services.clock.now(),
    stop,
    // Nothing probes a remote builder at run time.
    builder: services.options.builder.kind === 'remote' ? 'works' : builder.known,
  });
  const changes = {
    ...plan.counts,
    ...runFindings(targets),
    ...runUse(jobs, services.options.prices),
    ...runProgress(run, { targets, jobs }, services.clock.now()),
    ...newFault(services, run, builder),
  };
  if (plan.over) {
    await clearRunStaging(services, jobs, held);
    const state = canceled ? 'canceled' : finalState(run, plan.counts);
    const ending = { ...changes, ...(canceled && { canceledBy }) };
    return { changes: endRun(services, { run, state, changes: ending, targets }), soon: false };
  }
  const work = [
    ...plan.newJobs.map((job) => () => makeJob(services, run, job)),
    ...plan.join.map(
      ({ target, patched }) =>
        () =>
          joinPatched(services, target, patched),
    ),
    ...plan.drop.map((job) => () => dropJob(services, job)),
    ...plan.admit.map((job) => () => admitJob(services, job)),
    ...plan.wake.map((job) => () => sendStep(services, job)),
  ];
  let taken = false;
  work.push(async () => {
    taken = await takeOver(services, run, plan.held);
  });
  const failures = await failuresOf(work);
  const rest = await endPlanned(services, held, plan, { stop, targets, builder });
  // The next tick admits new jobs, as it reads them from the table.
  for (const failure of failures) {
    const detail = failure instanceof Error ? failure.message : String(failure);
    services.log.error('part of a tick failed', { runId: run.id, detail });
  }
  // A target that can't be ended must not keep its run open forever: the tick counts as failed.
  if (failures.length > 0 && stop !== undefined) throw failures[0];
  const soon =
    plan.newJobs.length > 0 || plan.join.length > 0 || plan.drop.length > 0 || taken || rest;
  return { changes, soon };
}

/** Ends the targets that the plan ends. Returns true if more are left. */
async function endPlanned(
  services: Services,
  held: HeldRun,
  plan: TickPlan,
  known: {
    readonly stop: Outcome | undefined;
    readonly targets: readonly Target[];
    readonly builder: RunBuilder;
  },
): Promise<boolean> {
  const { stop, targets } = known;
  if (stop === undefined) {
    const left = await endWithoutBuilder(services, held, plan.withoutBuilder, known);
    return (await endOverLimit(services, held, plan.overLimit, targets)) || left;
  }
  return endTargets(services, plan.end, (target) => lateOutcome(stop, target), {
    others: plan.finishing,
    lease: held,
  });
}

/** Does all of the work, and returns the errors of those parts that failed. */
async function failuresOf(work: readonly (() => Promise<void>)[]): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  await inParallel(work, AT_ONCE, async (one) => {
    try {
      await one();
    } catch (error) {
      failures.push(error);
    }
  });
  return failures;
}

/** Says once that no builder works, in the run's row and in the log. */
function newFault(services: Services, run: Run, builder: RunBuilder): Partial<Run> {
  if (builder.known !== 'refused' || builderFaultIn(run) !== undefined) return {};
  const { builderCall: call, builderErrno: errno, builderDetail: detail } = builder.fault;
  services.log.error('no builder works', { runId: run.id, call, errno, detail });
  return builder.fault;
}

/** Ends the targets that wait for a patch. No attempt is counted, and no image backs off. */
async function endWithoutBuilder(
  services: Services,
  held: HeldRun,
  withoutBuilder: readonly Stored<Target>[],
  known: { readonly targets: readonly Target[]; readonly builder: RunBuilder },
): Promise<boolean> {
  if (known.builder.known !== 'refused' || withoutBuilder.length === 0) return false;
  const ending = new Set(withoutBuilder.map(({ id }) => id));
  const others = known.targets.filter(({ id, state }) => !ending.has(id) && !isTerminal(state));
  const detail = known.builder.fault.builderDetail;
  const outcome = { state: 'failed', reason: 'no-builder', detail } as const;
  return endTargets(services, withoutBuilder, () => outcome, { others, lease: held });
}

/** Ends targets of repositories that have used their hours. No attempt is counted. */
function endOverLimit(
  services: Services,
  held: HeldRun,
  over: readonly Stored<Target>[],
  targets: readonly Target[],
): Promise<boolean> {
  const ending = new Set(over.map(({ id }) => id));
  const others = targets.filter(({ id, state }) => !ending.has(id) && !isTerminal(state));
  const outcomeOf = (target: Target) => overLimitOutcome(target, services.options.repositoryHours);
  return endTargets(services, over, outcomeOf, { others, lease: held });
}

function failed(services: Services, run: Run, changes: Partial<Run>): NextTick {
  return { changes: endRun(services, { run, state: 'failed', changes, targets: [] }), soon: false };
}

/** A target that waited for another run until the deadline did not fail. */
function lateOutcome(stop: Outcome, target: Target): Outcome {
  const isLate = stop.state === 'failed' && stop.reason === 'run-deadline';
  if (!isLate || !isHeld(target)) return stop;
  const detail = `run ${target.heldBy} had the image until the deadline of this run`;
  return { state: 'waiting', reason: 'held-by-another-run', detail };
}

/** Returns the outcome of unfinished targets if the run must stop, else undefined. */
function whyToStop(
  run: Run,
  { canceled, now }: { readonly canceled: boolean; readonly now: Date },
): Outcome | undefined {
  if (canceled) return { state: 'canceled', reason: 'canceled' };
  if (run.reason !== undefined) {
    const detail = `discovery was given up: ${run.detail ?? ''}`;
    return { state: 'failed', reason: 'registry-error', detail };
  }
  return now < run.deadline ? undefined : { state: 'failed', reason: 'run-deadline' };
}
