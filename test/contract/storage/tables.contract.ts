import type { MakeTables } from './tables-fixture.ts';
import { describeLimits } from './tables-limits.contract.ts';
import { describeSets } from './tables-sets.contract.ts';
import { describeTogether } from './tables-together.contract.ts';
import { describeVersions } from './tables-versions.contract.ts';

/** The contract of `Tables`, for every adapter and the fake. */
export function describeTables(name: string, make: MakeTables): void {
  describeVersions(`${name} as tables`, make);
  describeSets(`${name} as tables`, make);
  describeTogether(`${name} as tables`, make);
  describeLimits(`${name} as tables`, make);
}
