import type { IdentityChoice } from '../app.ts';
import type { CheckResult } from './outcome.ts';

export const STATUSES = ['pass', 'warn', 'fail', 'skipped'] as const;
export type Status = (typeof STATUSES)[number];

/** The results of all checks. */
export interface DoctorReport {
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** The identity whose rights were checked. */
  readonly identity: IdentityChoice;
  readonly probed: boolean;
  readonly interrupted: boolean;
  readonly results: readonly CheckResult[];
}

export function countsOf(results: readonly CheckResult[]): Readonly<Record<Status, number>> {
  const count = (status: Status) => results.filter((result) => result.status === status).length;
  return {
    pass: count('pass'),
    warn: count('warn'),
    fail: count('fail'),
    skipped: count('skipped'),
  };
}

/** The worst status, which decides the exit status. */
export function overall(results: readonly CheckResult[]): 'pass' | 'warn' | 'fail' {
  const counts = countsOf(results);
  if (counts.fail > 0) return 'fail';
  return counts.warn > 0 ? 'warn' : 'pass';
}

/** The stable format of `doctor --output json` and of the app's response: docs/cli.md. */
export function reportJson(report: DoctorReport): string {
  const { results, startedAt, finishedAt, identity, probed, interrupted } = report;
  return `${JSON.stringify(
    {
      version: 1,
      command: 'doctor',
      status: overall(results),
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt.toISOString(),
      identity,
      probed,
      interrupted,
      counts: countsOf(results),
      checks: results,
    },
    null,
    2,
  )}\n`;
}
