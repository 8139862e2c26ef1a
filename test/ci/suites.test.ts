import { describe, expect, it } from 'vitest';
import { SUITES } from '../../scripts/ci/suites.ts';

/** Minutes for everything, and of these for `npm ci`. */
const ALL = 90;
const INSTALLATION = 3;

describe('the budgets of the suites', () => {
  it('add up to 90 minutes with the installation, from a clean checkout without caches', () => {
    const cold = SUITES.map(({ budget }) => budget.cold).reduce((sum, minutes) => sum + minutes);

    expect(cold).toBeLessThanOrEqual(ALL - INSTALLATION);
  });

  it('are no larger with caches than without', () => {
    const larger = SUITES.filter(({ budget }) => budget.warm > budget.cold);

    expect(larger.map(({ name }) => name)).toEqual([]);
  });
});
