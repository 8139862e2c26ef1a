import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import { type Prices, runUse, withOperations } from '../../../../lib/pipeline/records/run-use.ts';
import { job } from '../run/run-samples.ts';

const prices = { vcpuHour: 0.04, gbHour: 0.005, confidentialFactor: 2, currency: 'EUR' };
const hour = { groups: 1, groupSeconds: 3600, vcpuSeconds: 7200, gbSeconds: 14400 };

describe('the use of a run', () => {
  it('has the seconds of its groups by kind, and their cost', () => {
    const jobs = [
      job('a', { kind: 'scan', ...hour }),
      job('b', { kind: 'patch', ...hour, groups: 2, unseenGroups: 1 }),
      job('c', { kind: 'patch', ...hour }),
      job('d', { kind: 'verify' }),
      job('e', { kind: 'publish' }),
    ];

    expect(runUse(jobs, prices)).toEqual({
      groups: 4,
      unseenGroups: 1,
      scanSeconds: 3600,
      patchSeconds: 7200,
      verifySeconds: 0,
      vcpuSeconds: 21600,
      gbSeconds: 43200,
      scanCost: 0.1,
      patchCost: 0.2,
      verifyCost: 0,
      currency: 'EUR',
      jobOperations: 0,
    });
  });

  it('has no cost without prices, and names the columns so that earlier values are cleared', () => {
    const use = { ...runUse([job('a', hour)], undefined), ...withOperations({}, 1, undefined) };

    expect(use).toMatchObject({ groups: 1, scanSeconds: 3600, cost: undefined });
    expect(Object.keys(use)).toEqual(expect.arrayContaining(['cost', 'scanCost', 'currency']));
  });

  it('multiplies the cost of Confidential groups, and has none if the factor is unknown', () => {
    const jobs = [
      job('a', { kind: 'scan', ...hour }),
      job('b', { kind: 'patch', ...hour, confidential: true }),
    ];

    expect(costsOf(jobs, prices)).toMatchObject({ scanCost: 0.1, patchCost: 0.2, cost: 0.3 });
    const unknown = costsOf(jobs, { ...prices, confidentialFactor: undefined });
    expect(unknown).toMatchObject({ scanCost: 0.1, patchCost: undefined, cost: undefined });
  });

  it('is the sum over its kinds, whatever the jobs', () => {
    fc.assert(
      fc.property(fc.array(someJob), (jobs) => {
        const use = runUse(jobs, prices);
        const { scanSeconds = 0, patchSeconds = 0, verifySeconds = 0 } = use;
        const { scanCost = 0, patchCost = 0, verifyCost = 0 } = use;

        const seconds = jobs.reduce((sum, { groupSeconds = 0 }) => sum + groupSeconds, 0);
        expect(scanSeconds + patchSeconds + verifySeconds).toBe(seconds);
        expect(costsOf(jobs, prices).cost).toBeCloseTo(scanCost + patchCost + verifyCost, 6);
      }),
    );
  });
});

describe('the requests of a run to storage', () => {
  const withPrice = { ...prices, storageOperations: 0.5 };

  it('are those of its own row and of its jobs, with their cost', () => {
    const jobs = [job('a', { ...hour, storageOperations: 30_000 }), job('b', {})];
    const run = { ...runUse(jobs, withPrice), ownOperations: 9000 };

    expect(withOperations(run, 1000, withPrice)).toEqual({
      ownOperations: 10_000,
      storageOperations: 40_000,
      storageCost: 2,
      cost: 2.1,
    });
  });

  it('have no cost without a price, and the cost of the groups stays', () => {
    const run = { ...runUse([job('a', hour)], prices), ownOperations: 9000 };

    const counted = withOperations(run, 1000, prices);

    expect(counted).toMatchObject({ storageOperations: 10_000, storageCost: undefined, cost: 0.1 });
  });

  it('are unknown, and not 0, if an earlier version started the run', () => {
    const jobs = [job('a', { ...hour, storageOperations: 30 })];

    const counted = withOperations(runUse(jobs, withPrice), 1000, withPrice);

    expect(counted).toMatchObject({ ownOperations: undefined, storageOperations: undefined });
    expect(counted).toMatchObject({ storageCost: undefined, cost: 0.1 });
  });
});

function costsOf(jobs: readonly Job[], of: Prices) {
  const use = runUse(jobs, of);
  return { ...use, ...withOperations({ ...use, ownOperations: 0 }, 0, of) };
}

const seconds = fc.nat({ max: 200_000 });
const someJob: fc.Arbitrary<Job> = fc
  .record({
    kind: fc.constantFrom('scan', 'patch', 'verify'),
    confidential: fc.boolean(),
    groupSeconds: seconds,
    vcpuSeconds: seconds,
    gbSeconds: seconds,
  })
  .map((columns) => job('any', columns));
