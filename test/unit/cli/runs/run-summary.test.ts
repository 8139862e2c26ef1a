import { expect, it } from 'vitest';
import { runSummary } from '../../../../lib/cli/runs/run-summary.ts';
import { runView } from '../../../../lib/history/run-view.ts';
import type { Run } from '../../../../lib/pipeline/records/run.ts';
import type { Hold } from '../../../../lib/pipeline/stores/throttle.ts';
import { newRun } from '../../pipeline/new-run.ts';

const USED: Partial<Run> = {
  groups: 3,
  unseenGroups: 0,
  scanSeconds: 90,
  patchSeconds: 270,
  verifySeconds: 0,
};

function linesOf(run: Partial<Run>, hold?: Hold): readonly string[] {
  const stdout = { isTerminal: false, columns: undefined, write: () => {} };
  return runSummary(runView({ ...newRun(), ...run }), { stdout, environment: {} }, hold);
}

it('tells the seconds of a run’s container groups by kind, and the cost', () => {
  const lines = linesOf({ ...USED, cost: 0.0123, currency: 'EUR' });

  expect(lines).toContain('  groups      3 groups: scan 1 min, patch 4 min');
  expect(lines).toContain('  cost        about 0.0123 EUR');
});

it('tells how many groups are of unknown time, and that the cost is a lower limit then', () => {
  const lines = linesOf({ ...USED, unseenGroups: 2, cost: 0.0123, currency: 'EUR' });

  expect(lines).toContain(
    '  groups      3 groups: scan 1 min, patch 4 min; the time of 2 more groups is unknown',
  );
  expect(lines).toContain('  cost        at least 0.0123 EUR');
});

it('tells the requests to storage, unless an earlier version counted none', () => {
  expect(linesOf({ storageOperations: 392 })).toContain('  storage     at least 392 requests');
  expect(linesOf({}).some((line) => line.includes('requests'))).toBe(false);
});

it('has no line for groups without any, and none for the cost without prices', () => {
  const labels = linesOf({ groups: 0, unseenGroups: 0 }).map((line) => line.slice(2, 8));

  expect(labels).not.toContain('groups');
  expect(labels).not.toContain('cost  ');
});

it('tells why a run waits for container groups, until it has ended', () => {
  const hold: Hold = {
    until: new Date('2026-11-23T02:05:30Z'),
    reason: { refusal: 'capacity', detail: '409 ServiceUnavailable: not available' },
  };
  const waits =
    '  waits       no container group starts before 02:05:30 UTC, because Azure refused one: 409 ServiceUnavailable: not available';

  expect(linesOf({}, hold)).toContain(waits);
  expect(linesOf({ state: 'completed', finishedAt: new Date() }, hold)).not.toContain(waits);
});
