import { expect, it } from 'vitest';
import { databaseFault, databaseWarning } from '../../../lib/pipeline/database-fault.ts';

const NOW = new Date('2026-11-30T02:00:00Z');
const LIMITS = { databaseWarnDays: 3, databaseMaxDays: 14 };

function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * 24 * 3600 * 1000);
}

it.each([
  [0, undefined, undefined],
  [3, undefined, undefined],
  [3.1, /3 days old, new advisories are missing/, undefined],
  [14, /14 days old, new advisories/, undefined],
  [14.1, /14 days old, no image is called clean/, /14 days old/],
  [635, /635 days old, no image is called clean/, /of 2025-03-05.*635 days old/],
])('of a database of %d days warns %s and lets nothing be clean: %s', (days, warning, fault) => {
  const made = daysAgo(days);
  const warned = databaseWarning(made, LIMITS, NOW);
  const refused = databaseFault({ databaseTime: made }, LIMITS, NOW);

  if (warning === undefined) expect(warned).toBeUndefined();
  else expect(warned).toMatch(warning);
  if (fault === undefined) expect(refused).toBeUndefined();
  else expect(refused).toMatch(fault);
});

it('warns of a database of unknown age, and calls images clean by it', () => {
  expect(databaseWarning(undefined, LIMITS, NOW)).toMatch(/does not say how old it is/);
  expect(databaseFault({ databaseTime: undefined }, LIMITS, NOW)).toBeUndefined();
});
