import { expect, it } from 'vitest';
import { nextRun } from '../../../lib/doctor/next-run.ts';
import { readNcrontab } from '../../../lib/settings/ncrontab.ts';

function next(text: string): string | undefined {
  const reading = readNcrontab(text);
  if (!reading.ok) throw new Error(reading.fault);
  return nextRun({ schedule: reading.schedule }, new Date('2026-11-23T02:00:00Z'));
}

it('says when the schedule starts a run next, and nothing if it never does', () => {
  expect(next('0 0 2 * * *')).toBe('2026-11-24T02:00:00.000Z');
  expect(next('0 0 0 31 2 *')).toBeUndefined();
});
