import { expect, it } from 'vitest';
import { countsOf, overall, reportJson, type Status } from '../../../lib/doctor/doctor-report.ts';
import type { CheckResult } from '../../../lib/doctor/outcome.ts';

function result(status: Status): CheckResult {
  const common = { id: status, title: status, seconds: 1, detail: 'detail' };
  return status === 'warn' || status === 'fail'
    ? { ...common, status, whatToDo: 'advice' }
    : { ...common, status };
}

it.each<readonly [readonly Status[], string]>([
  [[], 'pass'],
  [['pass', 'skipped'], 'pass'],
  [['pass', 'warn', 'skipped'], 'warn'],
  [['warn', 'fail', 'pass'], 'fail'],
])('returns the worst status of %j: %s', (statuses, worst) => {
  expect(overall(statuses.map(result))).toBe(worst);
});

it('counts the results of each status', () => {
  const results = (['pass', 'pass', 'warn', 'skipped'] as const).map(result);

  expect(countsOf(results)).toEqual({ pass: 2, warn: 1, fail: 0, skipped: 1 });
});

it('writes the report as JSON with one line break at the end', () => {
  const json = reportJson({
    startedAt: new Date('2026-11-23T02:00:00Z'),
    finishedAt: new Date('2026-11-23T02:00:05Z'),
    identity: 'app',
    probed: false,
    interrupted: true,
    results: [result('warn')],
  });

  expect(json).toMatch(/[^\n]\n$/);
  expect(JSON.parse(json)).toEqual({
    version: 1,
    command: 'doctor',
    status: 'warn',
    startedAt: '2026-11-23T02:00:00.000Z',
    finishedAt: '2026-11-23T02:00:05.000Z',
    identity: 'app',
    probed: false,
    interrupted: true,
    counts: { pass: 0, warn: 1, fail: 0, skipped: 0 },
    checks: [
      {
        id: 'warn',
        title: 'warn',
        seconds: 1,
        detail: 'detail',
        status: 'warn',
        whatToDo: 'advice',
      },
    ],
  });
});
