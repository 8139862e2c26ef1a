import { RandomFaults } from './fault-plan.ts';
import { simulateNeighbors } from './neighbors/simulate-neighbors.ts';
import { Random } from './random.ts';
import { scenarioOf } from './scenario.ts';
import { Simulation, type SimulationResult } from './simulation.ts';

/** One of so many worlds has hostile neighbors instead of failing calls. */
const NEIGHBORS_EVERY = 100;
const FIRST_NEIGHBORS = 50;
/** By seed: none, as soon as the next run has started, or once it has ended. */
const RETENTION_DAYS = [undefined, 0.1, undefined, 1.05];

/** Simulates the world of a seed from its first event to its last. */
export function simulateSeed(
  seed: number,
  options: { readonly trace?: boolean } = {},
): Promise<SimulationResult> {
  if (seed % NEIGHBORS_EVERY === FIRST_NEIGHBORS) return simulateNeighbors(seed, options);
  const random = new Random(seed);
  const retentionDays = RETENTION_DAYS[seed % RETENTION_DAYS.length];
  const scenario = {
    ...scenarioOf(random),
    ...(retentionDays !== undefined && { retentionDays }),
  };
  const plan = new RandomFaults(random);
  return new Simulation({ scenario, random, plan, trace: options.trace === true }).run();
}
