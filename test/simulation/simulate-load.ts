import { NO_FAULTS } from './fault-plan.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { LONGEST_RUN_HOURS } from './simulated-options.ts';
import { Simulation, type SimulationResult } from './simulation.ts';

const REPOSITORIES = 200;
const KINDS = ['outdated', 'clean', 'clean', 'no-fix'] as const;

/** One undisturbed run over so many images in 200 repositories, a quarter of them outdated. */
export function simulateLoad(targets: number): Promise<SimulationResult> {
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
    pollSeconds: 15,
    tickSeconds: 30,
    maxGroups: 50,
    scanBatch: 20,
    patchBatch: 5,
    mountsRefused: false,
    noBuilder: false,
    tablesLost: false,
    runHours: LONGEST_RUN_HOURS,
  };
  // Calls of different invocations take their time side by side there, and here one by one.
  return new Simulation({ scenario, random: new Random(1), plan: NO_FAULTS, callMs: 5 }).run();
}
