import type { MakeTables } from './tables-fixture.ts';
import { describeLimits } from './tables-limits.contract.ts';
import { describeSets } from './tables-sets.contract.ts';
import { describeVersions } from './tables-versions.contract.ts';

/** What every adapter of `Tables` has to do, and its fake no less. */
export function describeTables(name: string, make: MakeTables): void {
  describeVersions(`${name} as tables`, make);
  describeSets(`${name} as tables`, make);
  describeLimits(`${name} as tables`, make);
}
