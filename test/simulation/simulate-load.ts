import { NO_FAULTS } from './fault-plan.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { Simulation, type SimulationResult } from './simulation.ts';
import { SteadyFaults } from './steady-faults.ts';

export interface LoadOptions {
  /** The fraction of calls that fail: 0 to 1. */
  readonly faultShare: number;
  readonly pollSeconds: number;
  readonly tickSeconds: number;
}

/** The app's own settings, with a low rate of failing calls. */
export const USUAL_LOAD: LoadOptions = { faultShare: 0.002, pollSeconds: 15, tickSeconds: 30 };

const REPOSITORIES = 200;
const KINDS = ['outdated', 'clean', 'clean', 'no-fix'] as const;

/** Simulates a run over a number of images in 200 repositories, a quarter of them outdated. */
export function simulateLoad(
  targets: number,
  { faultShare, pollSeconds, tickSeconds }: LoadOptions = USUAL_LOAD,
): Promise<SimulationResult> {
  const names = Array.from({ length: REPOSITORIES }, (_, at) => `team/app${at}`);
  const images = Array.from({ length: targets }, (_, at) => ({
    repository: names[at % REPOSITORIES] ?? '',
    tags: [`v${at}`],
    kind: KINDS[at % KINDS.length] ?? 'clean',
    patched: [],
  }));
  const scenario: Scenario = {
    images,
    policy: {
      version: 'v1',
      repositories: names.slice(0, targets).map((repository) => ({ repository, tags: ['*'] })),
    },
    runs: [{ at: 0, trigger: 'schedule', dryRun: false }],
    atOnce: 8,
    pollSeconds,
    tickSeconds,
    maxGroups: 50,
    // The run needs many hours, because ACI starts at most 300 groups an hour.
    runHours: 48,
    scanBatch: 20,
    patchBatch: 5,
    mountsRefused: false,
    noBuilder: false,
    pullsRefused: false,
    builderRefused: false,
    tablesLost: false,
    timersDead: false,
    receiver: {},
  };
  const random = new Random(1);
  const plan = faultShare === 0 ? NO_FAULTS : new SteadyFaults(random, faultShare);
  // Calls of different invocations overlap in Azure, but here they run one at a time.
  return new Simulation({ scenario, random, plan, callMs: 5 }).run();
}
