import { RandomFaults } from './fault-plan.ts';
import { Random } from './random.ts';
import { scenarioOf } from './scenario.ts';
import { Simulation, type SimulationResult } from './simulation.ts';

/** Simulates the world of a seed from its first event to its last. */
export function simulateSeed(
  seed: number,
  options: { readonly trace?: boolean } = {},
): Promise<SimulationResult> {
  const random = new Random(seed);
  const scenario = scenarioOf(random);
  const plan = new RandomFaults(random);
  return new Simulation({ scenario, random, plan, trace: options.trace === true }).run();
}
