import { expect, it } from 'vitest';
import { RunId, runIdOf } from '../../../../lib/pipeline/records/run-id.ts';

const DUE = new Date('2026-11-23T02:00:00.987Z');

it('starts with the second in which the run was due', () => {
  expect(runIdOf(DUE, 'schedule')).toMatch(/^20261123T020000Z-[a-f0-9]{4}$/);
});

it('is the same for one occurrence of a schedule, and another for each trigger and request', () => {
  expect(runIdOf(DUE, 'schedule')).toBe(runIdOf(new Date('2026-11-23T02:00:00Z'), 'schedule'));
  expect(runIdOf(DUE, 'schedule', '')).toBe(runIdOf(DUE, 'schedule'));

  const ids = [
    runIdOf(DUE, 'schedule'),
    runIdOf(DUE, 'manual'),
    runIdOf(DUE, 'manual', 'one'),
    runIdOf(DUE, 'manual', 'other'),
  ];
  expect(new Set(ids).size).toBe(4);
});

it.each(['20261123T020000Z', '20261123T020000Z-7F3A', 'x20261123T020000Z-7f3a', '../a'])(
  'is not %s',
  (text) => {
    expect(RunId.safeParse(text).success).toBe(false);
  },
);
