import type { Run } from './records/run.ts';
import type { PipelineOptions } from './services.ts';

const DAY_MS = 24 * 3600 * 1000;
const RENEW = 'renew it (docs/operate.md)';

/**
 * Warns of an old vulnerability database, for the run's row. Undefined if it is fresh enough.
 */
export function databaseWarning(
  made: Run['databaseTime'],
  options: Pick<PipelineOptions, 'databaseWarnDays' | 'databaseMaxDays'>,
  now: Date,
): string | undefined {
  if (made === undefined) {
    return `the vulnerability database does not say how old it is: ${RENEW}`;
  }
  const days = ageInDays(made, now);
  if (days <= options.databaseWarnDays) return undefined;
  const effect =
    days > options.databaseMaxDays ? 'no image is called clean' : 'new advisories are missing';
  return `the vulnerability database is ${Math.floor(days)} days old, ${effect}: ${RENEW}`;
}

/** Why no image may be called clean; undefined if the database is fresh enough or of unknown age. */
export function databaseFault(
  { databaseTime }: Pick<Run, 'databaseTime'>,
  { databaseMaxDays }: Pick<PipelineOptions, 'databaseMaxDays'>,
  now: Date,
): string | undefined {
  if (databaseTime === undefined) return undefined;
  const days = ageInDays(databaseTime, now);
  if (days <= databaseMaxDays) return undefined;
  const made = databaseTime.toISOString();
  return `the vulnerability database is of ${made}, ${Math.floor(days)} days old`;
}

function ageInDays(made: Date, now: Date): number {
  return (now.getTime() - made.getTime()) / DAY_MS;
}
