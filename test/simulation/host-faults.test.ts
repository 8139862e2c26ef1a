import { expect, it } from 'vitest';
import { type FaultPlan, NO_FAULTS } from './fault-plan.ts';
import { HOST_FAULTS } from './host-faults.ts';
import { Random } from './random.ts';
import { FEW_IMAGES } from './simulate-crashes.ts';
import { Simulation, type SimulationResult } from './simulation.ts';

/*
 * If a worker of the Functions host crashes or is replaced, all its invocations fail. This may delay a
 * run, but must not change the outcome of an image.
 */
const SCENARIO = { ...FEW_IMAGES, atOnce: 4, maxGroups: 4, scanBatch: 1, patchBatch: 1 };
const WORLDS = 20;

function simulate(seed: number, plan: FaultPlan): Promise<SimulationResult> {
  return new Simulation({ scenario: SCENARIO, random: new Random(seed), plan }).run();
}

function hostFaults(random: Random): FaultPlan {
  return {
    ...NO_FAULTS,
    call: () => (random.chance(0.02) ? random.pick(HOST_FAULTS) : undefined),
  };
}

it('no image fails because another invocation of its worker crashes or exceeds its time limit', async () => {
  const calm = await simulate(1, NO_FAULTS);
  const counts = new Map<string, number>();
  const others: string[] = [];

  for (let seed = 1; seed <= WORLDS; seed += 1) {
    const result = await simulate(seed, hostFaults(new Random(1000 + seed)));
    for (const [fault, count] of result.coverage.faults) {
      counts.set(fault, (counts.get(fault) ?? 0) + count);
    }
    others.push(...result.violations.map((violation) => `seed ${seed}: ${violation}`));
    for (const [image, wanted] of calm.outcomes) {
      const outcome = result.outcomes.get(image);
      if (outcome !== wanted) others.push(`seed ${seed}: ${image} is ${outcome}, not ${wanted}`);
    }
  }

  expect(calm.outcomes.size).toBeGreaterThan(0);
  expect(others).toEqual([]);
  for (const fault of HOST_FAULTS) expect(counts.get(fault)).toBeGreaterThan(WORLDS / 4);
}, 120_000);
