import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { isRunOver, type Run } from '../../../lib/pipeline/records/run.ts';
import { RunId } from '../../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../../lib/pipeline/records/target.ts';
import type { FunctionsHost, InvocationEnd } from '../functions-host/functions-host.ts';
import type { HostLog } from '../functions-host/host-log.ts';
import { startWorld, type World, type WorldOptions } from '../world.ts';
import { imageOf, type RunTables, readRunTables } from './run-tables.ts';
import { seedDatabase } from './seed-images.ts';
import { type PolicyRepository, policyOf, seedPolicy } from './seed-policy.ts';

/** The built app on its own local Azure, with short delays, and its results. */
export interface JobWorld {
  readonly world: World;
  readonly host: FunctionsHost;
  readonly tables: RunTables;
  readonly logs: readonly HostLog[];
  readonly invocations: readonly InvocationEnd[];
  /** Replaces the policy by one with every tag of these repositories. */
  patches(...repositories: readonly string[]): Promise<void>;
  /** Fires the timer, like its schedule. */
  startByTimer(): Promise<void>;
  /** Calls `POST /api/runs` like an operator, and waits until the run has ended. */
  runByHttp(): Promise<FinishedRun>;
  /** The same without waiting. */
  startByHttp(): Promise<RunId>;
  /** Waits until the run has ended. Default: the newest one. */
  finished(runId?: RunId): Promise<FinishedRun>;
}

export interface FinishedRun {
  readonly run: Run;
  readonly targets: readonly Target[];
  /** The target of `repository:tag`. */
  target(image: string): Target;
}

const SETTINGS = {
  PATCHWRIGHT_POLL_SECONDS: '1',
  PATCHWRIGHT_TICK_SECONDS: '1',
  PATCHWRIGHT_LEASE_SECONDS: '20',
};
const RUN_LIMIT_MS = 120_000;
const LOOK_EVERY_MS = 200;
const Started = z.object({ runId: RunId });

export async function startJobWorld(
  options: WorldOptions & {
    readonly seed?: (world: World) => Promise<void>;
    /** Seconds until the message of a crashed process becomes visible again, and timers fire again. */
    readonly messageLeaseSeconds?: number;
  } = {},
): Promise<JobWorld> {
  const { seed, messageLeaseSeconds, settings, ...rest } = options;
  const world = await startWorld({ ...rest, settings: { ...SETTINGS, ...settings } });
  try {
    await seedDatabase(world.registry);
    await seed?.(world);
    const logs: HostLog[] = [];
    const invocations: InvocationEnd[] = [];
    const host = await world.startApp({
      onLog: (log) => logs.push(log),
      onInvocation: (end) => invocations.push(end),
      ...(messageLeaseSeconds !== undefined && {
        leaseSeconds: messageLeaseSeconds,
        timerLeaseSeconds: messageLeaseSeconds,
      }),
    });
    const tables = readRunTables(world.storage);
    const startByHttp = () => startRun(host, tables);
    return {
      world,
      host,
      tables,
      logs,
      invocations,
      patches: (...repositories) => seedPolicy(world.registry, policyOf(repositories.map(all))),
      startByTimer: () => host.fire('scheduledRun'),
      startByHttp,
      runByHttp: async () => finished(tables, await startByHttp()),
      finished: (runId) => finished(tables, runId),
    };
  } catch (error) {
    await world.close();
    throw error;
  }
}

/** Repeats until there is a result. The error says what it waited for. */
export async function waitFor<Result>(
  what: string,
  look: () => Result | undefined | Promise<Result | undefined>,
  limitMs = RUN_LIMIT_MS,
): Promise<Result> {
  for (let waited = 0; waited < limitMs; waited += LOOK_EVERY_MS) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(LOOK_EVERY_MS);
  }
  throw new Error(`waited ${limitMs / 1000} s in vain for ${what}`);
}

function all(repository: string): PolicyRepository {
  return { repository, tags: ['*'] };
}

/** Starts a new run. A second call within one second would return the first run. */
async function startRun(host: FunctionsHost, tables: RunTables): Promise<RunId> {
  const known = new Set((await tables.runs()).map(({ id }) => id));
  return waitFor('a run of its own', async () => {
    const answer = await fetch(`${host.url}/${host.routePrefix}/runs`, {
      method: 'POST',
      headers: { 'x-functions-key': host.keys.function },
    });
    if (answer.status !== 202) throw new Error(`POST /runs: ${answer.status}`);
    const { runId } = Started.parse(await answer.json());
    return known.has(runId) ? undefined : runId;
  });
}

async function finished(tables: RunTables, runId?: RunId): Promise<FinishedRun> {
  const run = await waitFor('the end of a run', async () => {
    const [newest] = await tables.runs();
    const wanted = runId === undefined ? newest : await tables.run(runId);
    return wanted !== undefined && isRunOver(wanted) ? wanted : undefined;
  });
  const targets = await tables.targets(run.id);
  return {
    run,
    targets,
    target(image) {
      const found = targets.find((target) => imageOf(target) === image);
      if (found === undefined) throw new Error(`the run has no target ${image}`);
      return found;
    },
  };
}
