import { setTimeout as delay } from 'node:timers/promises';
import { GroupTag } from '../../lib/containers/container-groups.ts';
import type { Job } from '../../lib/pipeline/records/job.ts';
import { isRunOver, type Run } from '../../lib/pipeline/records/run.ts';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../lib/pipeline/records/target.ts';
import { isTerminal } from '../../lib/pipeline/records/target-states.ts';
import type { ContainerGroup } from '../world/arm/container-group.ts';
import { imageOf, type RunTables } from '../world/seed/run-tables.ts';
import type { World } from '../world/world.ts';
import { DemoProblem } from './demo-problem.ts';
import type { GroupView, RunSnapshot, TargetView } from './run-snapshot.ts';

const LOOK_EVERY_MS = 300;

export interface WatchOptions {
  readonly world: World;
  readonly tables: RunTables;
  readonly show: (snapshot: RunSnapshot) => void;
  readonly signal: AbortSignal;
  /** Time after which the run counts as hanging. */
  readonly limitMinutes: number;
  /** The reason why no run can start; undefined while one may. */
  readonly failure: () => string | undefined;
}

/** Waits until the requested run has started. */
export async function awaitRun(options: WatchOptions): Promise<Run> {
  const until = deadline(options);
  for (;;) {
    const [run] = await options.tables.runs();
    if (run !== undefined) return run;
    const failure = options.failure();
    if (failure !== undefined) throw new DemoProblem(`The run could not be started: ${failure}`);
    if (Date.now() > until) throw new DemoProblem('The run was not started in time.');
    await pause(options.signal);
  }
}

/** Shows the run from the tables and ARM, like an operator, until it has ended. */
export async function watchRun(runId: RunId, options: WatchOptions): Promise<Run> {
  const { tables, world, show, signal } = options;
  const until = deadline(options);
  const firstSeen = new Map<string, number>();
  for (;;) {
    const run = await tables.run(runId);
    const [targets, jobs] = await Promise.all([tables.targets(runId), tables.jobs(runId)]);
    const now = Date.now();
    const groups = world.arm.groups();
    for (const { name } of groups) {
      if (!firstSeen.has(name)) firstSeen.set(name, now);
    }
    const seen = (name: string) => firstSeen.get(name) ?? now;
    show(snapshotOf({ run, targets, jobs, groups, now, seen }));
    if (isRunOver(run)) return run;
    if (now > until) {
      const text = `The run ${runId} has not ended after ${options.limitMinutes} minutes.`;
      throw new DemoProblem(text);
    }
    await pause(signal);
  }
}

function snapshotOf(at: {
  readonly run: Run;
  readonly targets: readonly Target[];
  readonly jobs: readonly Job[];
  readonly groups: readonly ContainerGroup[];
  readonly now: number;
  readonly seen: (group: string) => number;
}): RunSnapshot {
  const { run, targets, jobs, now } = at;
  const end = run.finishedAt?.getTime() ?? now;
  return {
    runId: run.id,
    state: run.state,
    seconds: Math.max(0, (end - run.createdAt.getTime()) / 1000),
    targets: targets.map((row) => targetView(row, jobs, at.groups)),
    groups: at.groups.map((group) => groupView(group, at)),
  };
}

function targetView(
  row: Target,
  jobs: readonly Job[],
  groups: readonly ContainerGroup[],
): TargetView {
  const { state, reason, patchTag } = row;
  const group = jobs.find((job) => job.id === row.job)?.group;
  const there = !isTerminal(state) && groups.some(({ name }) => name === group);
  return { image: imageOf(row), state, reason, patchTag, group: there ? group : undefined };
}

function groupView(
  group: ContainerGroup,
  at: Pick<Parameters<typeof snapshotOf>[0], 'jobs' | 'targets' | 'now' | 'seen'>,
): GroupView {
  const job = at.jobs.find((one) => one.id === group.request.tags?.[GroupTag.job]);
  const ids = new Set(job?.targets);
  return {
    name: group.name,
    kind: job?.kind ?? '',
    state: group.state,
    images: at.targets.filter((target) => ids.has(target.id)).map(imageOf),
    seconds: (at.now - at.seen(group.name)) / 1000,
  };
}

function deadline(options: WatchOptions): number {
  return Date.now() + options.limitMinutes * 60_000;
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(LOOK_EVERY_MS, undefined, { signal });
}
