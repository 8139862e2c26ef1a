import type { Progress } from '../real/progress.ts';
import type { FunctionsHost } from '../world/functions-host/functions-host.ts';
import type { HostLog } from '../world/functions-host/host-log.ts';
import { readRunTables } from '../world/seed/run-tables.ts';
import { policyOf, seedPolicy } from '../world/seed/seed-policy.ts';
import { USUAL_SCHEDULES, type World } from '../world/world.ts';
import { checkAftermath } from './aftermath.ts';
import { DemoProblem } from './demo-problem.ts';
import type { DemoReport } from './demo-report.ts';
import type { Disturbance } from './disturbance.ts';
import { outcomeOf } from './outcome.ts';
import type { Scenario } from './scenario.ts';
import type { Screen } from './screen.ts';
import { awaitRun, watchRun } from './watch-run.ts';

/** Short delays, because requests to the local Azure cost nothing. */
const SETTINGS = {
  PATCHWRIGHT_POLL_SECONDS: '1',
  PATCHWRIGHT_TICK_SECONDS: '1',
  PATCHWRIGHT_LEASE_SECONDS: '60',
  // The demo fires the timer by hand, so it must not fire by itself.
  PATCHWRIGHT_SCHEDULE: '0 0 0 29 2 *',
  PATCHWRIGHT_REAP_SCHEDULE: USUAL_SCHEDULES.PATCHWRIGHT_REAP_SCHEDULE,
};
const KEPT_PROBLEMS = 20;

export interface DemoContext {
  readonly screen: Screen;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A finished run, with everything still running. */
export interface DemoRun {
  readonly world: World;
  readonly host: FunctionsHost;
  readonly report: DemoReport;
}

/**
 * Starts a local Azure, runs the built app on it, and calls `use` when the run has ended.
 * Nothing is left when it settles, even after an error.
 */
export async function runDemo<Result>(
  scenario: Scenario,
  context: DemoContext,
  use: (run: DemoRun) => Promise<Result>,
): Promise<Result> {
  const { progress, signal } = context;
  const world = await inStep(progress, 'Local Azure: registry, ARM, storage, identity', () =>
    scenario.start({ settings: SETTINGS }),
  );
  let disturbance: Disturbance | undefined;
  try {
    signal.throwIfAborted();
    await inStep(progress, 'Images, advisories and the policy', async () => {
      const repositories = await scenario.seed(world);
      await seedPolicy(world.registry, policyOf(repositories));
    });
    signal.throwIfAborted();
    const problems: string[] = [];
    let failure: string | undefined;
    disturbance = await scenario.disturb?.(world, (line) => context.screen.note(line));
    const disturbed = disturbance;
    const host = await inStep(progress, 'Functions host with the built app', () =>
      world.startApp({
        ...disturbed?.app,
        onLog: (log) => {
          keepProblem(problems, log);
          disturbed?.app.onLog?.(log);
        },
        onInvocation: ({ functionName, error }) => {
          if (functionName === 'scheduledRun') failure = error;
        },
      }),
    );
    signal.throwIfAborted();
    const report = await runOnce({
      world,
      host,
      scenario,
      context,
      problems,
      disturbance: disturbed,
      // The host retries what fails by plan.
      failure: () => (disturbed === undefined ? failure : undefined),
    });
    return await use({ world, host, report });
  } finally {
    context.screen.clear();
    await disturbance?.end();
    await world.close();
    await disturbance?.close();
  }
}

async function runOnce(options: {
  readonly world: World;
  readonly host: FunctionsHost;
  readonly scenario: Scenario;
  readonly context: DemoContext;
  readonly problems: readonly string[];
  readonly disturbance: Disturbance | undefined;
  readonly failure: () => string | undefined;
}): Promise<DemoReport> {
  const { world, host, scenario, problems, failure, disturbance } = options;
  const { screen, signal } = options.context;
  const before = world.registry.snapshot();
  const tables = readRunTables(world.storage);
  const watch = {
    world,
    tables,
    signal,
    failure,
    limitMinutes: scenario.limitMinutes,
    show: (snapshot: Parameters<Screen['show']>[0]) => screen.show(snapshot),
  };
  screen.line();
  disturbance?.begin(host);
  await fireTimer(host, 'scheduledRun');
  const { id: runId } = await awaitRun(watch);
  const run = await watchRun(runId, watch);
  screen.clear();
  const targets = await tables.targets(runId);
  const outcomes = targets.map(outcomeOf);
  const disturbed = await disturbance?.examine({ host, before, run, targets });
  return {
    run,
    tools: scenario.tools,
    registry: world.registry.host,
    outcomes,
    checks: disturbed?.checks ?? checkAftermath(world, before),
    unexpected: [...scenario.judge(outcomes, disturbed?.excused), ...(disturbed?.broken ?? [])],
    problems,
    disturbance: disturbed,
  };
}

/** Fires a timer by the host's admin endpoint, like the portal. */
async function fireTimer(host: FunctionsHost, name: string): Promise<void> {
  const response = await fetch(`${host.url}/admin/functions/${name}`, {
    method: 'POST',
    headers: { 'x-functions-key': host.keys.master, 'content-type': 'application/json' },
    body: '{}',
  });
  if (response.status !== 202) {
    throw new DemoProblem(`The timer ${name} could not be fired: status ${response.status}.`);
  }
}

function keepProblem(problems: string[], log: HostLog): void {
  if (log.level !== 'warning' && log.level !== 'error' && log.level !== 'critical') return;
  problems.push([log.level, log.functionName, log.message].filter(Boolean).join(' '));
  if (problems.length > KEPT_PROBLEMS) problems.shift();
}

async function inStep<T>(progress: Progress, title: string, act: () => Promise<T>): Promise<T> {
  const step = progress.step(title);
  try {
    const result = await act();
    step.done('ready');
    return result;
  } catch (error) {
    step.failed('not possible');
    throw error;
  }
}
