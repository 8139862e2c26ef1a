import type { Crash, CrashPoints } from './crash-points.ts';
import { CrashAt } from './fault-plan.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { LONGEST_RUN_HOURS } from './simulated-options.ts';
import { Simulation, type SimulationResult } from './simulation.ts';

/** One run of a few images: patched under two tags, patched, clean, without a fix, ended, unsupported. */
export const FEW_IMAGES: Scenario = {
  images: [
    { repository: 'team/api', tags: ['v1', 'v1.0'], kind: 'outdated', patched: [] },
    { repository: 'team/api', tags: ['v2'], kind: 'clean', patched: [] },
    { repository: 'tools', tags: ['v1'], kind: 'outdated-twice', patched: [] },
    { repository: 'tools', tags: ['old'], kind: 'end-of-life', patched: [] },
  ],
  policy: {
    version: 'v1',
    repositories: [
      { repository: 'team/api', tags: ['*'] },
      { repository: 'tools', tags: ['v1', 'old', 'gone'] },
    ],
  },
  runs: [{ at: 0, trigger: 'schedule', dryRun: false }],
  atOnce: 1,
  // There are few polls, because crashes between any two of them are equivalent.
  pollSeconds: 240,
  tickSeconds: 240,
  maxGroups: 2,
  scanBatch: 5,
  patchBatch: 2,
  mountsRefused: false,
  noBuilder: false,
  pullsRefused: false,
  builderRefused: false,
  tablesLost: false,
  timersDead: false,
  runHours: LONGEST_RUN_HOURS,
  receiver: {},
};

const CRASHES: readonly Crash[] = ['crash-before', 'crash-after'];

export interface CrashPass {
  readonly worlds: number;
  /** The number of writes in the run without a crash. */
  readonly writes: number;
  readonly failures: readonly {
    readonly crashes: CrashPoints;
    readonly faults: readonly string[];
  }[];
}

/**
 * Repeats the same run with a crash before and after each of its writes; with `pairs`, also at the next
 * write. Each run must have the same outcomes as the run without a crash.
 */
export async function simulateCrashes(options: {
  readonly pairs: boolean;
  /** The writes of a thread's share: every nth one from the first. */
  readonly share?: { readonly nth: number; readonly of: number };
  readonly onWorld?: (done: number) => void;
}): Promise<CrashPass> {
  const calm = await crashWorld(new Map());
  const writes = calm.writes;
  const { nth, of } = options.share ?? { nth: 0, of: 1 };
  const failures: { crashes: CrashPoints; faults: readonly string[] }[] = [];
  const note = (crashes: CrashPoints, faults: readonly string[]) => {
    if (faults.length > 0) failures.push({ crashes, faults });
  };
  // Every share runs the run without a crash, but only one counts it.
  let worlds = nth === 0 ? 1 : 0;
  if (nth === 0) note(new Map(), calm.result.violations);
  for (const crashes of plans(writes, options.pairs)) {
    const [[at] = [0]] = crashes;
    if (at % of !== nth) continue;
    const { result } = await crashWorld(crashes);
    worlds += 1;
    options.onWorld?.(worlds);
    note(crashes, [...result.violations, ...differences(calm.result, result)]);
  }
  return { worlds, writes, failures };
}

/** Returns the trace of one of these worlds. */
export async function traceCrash(crashes: CrashPoints): Promise<SimulationResult> {
  return (await crashWorld(crashes, true)).result;
}

async function crashWorld(
  crashes: CrashPoints,
  trace = false,
): Promise<{ readonly result: SimulationResult; readonly writes: number }> {
  const plan = new CrashAt(crashes);
  const random = new Random(1);
  const result = await new Simulation({ scenario: FEW_IMAGES, random, plan, trace }).run();
  return { result, writes: plan.writes };
}

function plans(writes: number, pairs: boolean): readonly CrashPoints[] {
  const numbers = Array.from({ length: writes }, (_, at) => at + 1);
  return numbers.flatMap((write) =>
    CRASHES.flatMap((first) =>
      pairs
        ? CRASHES.map(
            (second) =>
              new Map([
                [write, first],
                [write + 1, second],
              ]),
          )
        : [new Map([[write, first]])],
    ),
  );
}

function differences(calm: SimulationResult, crashed: SimulationResult): readonly string[] {
  return [...calm.outcomes]
    .filter(([image, outcome]) => crashed.outcomes.get(image) !== outcome)
    .map(([image, outcome]) => {
      const now = crashed.outcomes.get(image) ?? 'not there';
      return `${image} ends "${now}" instead of "${outcome}"`;
    });
}
