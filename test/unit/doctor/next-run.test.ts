import { describe, expect, it } from 'vitest';
import { healthy } from '../../../functions/health.ts';
import { nextRun, nextRunText } from '../../../lib/doctor/next-run.ts';
import { readSettings } from '../../../lib/settings.ts';
import sample from '../../../local.settings.sample.json' with { type: 'json' };

const NOW = new Date('2026-11-23T12:00:00Z');
/** Parsed by the documented schema. */
const OK = { status: 'ok', signIn: 'keys', lastTick: null, secondsSinceLastTick: null };
const values = { ...sample.Values, PATCHWRIGHT_SCHEDULE: '0 0 2 * * *' };

function nextOf(more: Readonly<Record<string, string>>) {
  const next = nextRun(readSettings({ ...values, ...more }, { now: NOW }), NOW);
  return {
    text: nextRunText(next),
    health: healthy({ next, lastTick: undefined, signIn: 'keys' }, NOW).jsonBody,
  };
}

describe('the next run', () => {
  it('is the next occurrence of the schedule', () => {
    expect(nextOf({})).toEqual({
      text: 'next run 2026-11-24T02:00:00.000Z',
      health: { ...OK, nextRun: '2026-11-24T02:00:00.000Z' },
    });
  });

  it('is none if the schedule never comes', () => {
    const { schedule } = readSettings(
      { ...values, PATCHWRIGHT_SCHEDULE: '0 0 0 29 2 *' },
      { now: NOW },
    );
    const next = nextRun({ schedule: { ...schedule, days: [31] }, runsDisabledBy: undefined }, NOW);

    expect(nextRunText(next)).toBe('no next run within 10 years');
    expect(healthy({ next, lastTick: undefined, signIn: 'keys' }, NOW).jsonBody).toEqual({
      ...OK,
      nextRun: null,
    });
  });

  it.each([
    ['AzureWebJobs.scheduledRun.Disabled', 'true'],
    ['AzureWebJobs.scheduledRun.Disabled', '1'],
    ['AzureWebJobs_scheduledRun_Disabled', 'True'],
    ['azurewebjobs_scheduledrun_disabled', 'true'],
  ])('is none if %s is %s', (name, value) => {
    expect(nextOf({ [name]: value })).toEqual({
      text: `no next run: the setting ${name} disables the timer scheduledRun`,
      health: { ...OK, nextRun: null, schedule: 'disabled' },
    });
  });

  it.each([
    ['AzureWebJobs.scheduledRun.Disabled', 'false'],
    ['AzureWebJobs.scheduledRun.Disabled', '0'],
    ['AzureWebJobs.reaper.Disabled', 'true'],
  ])('is not stopped by %s=%s', (name, value) => {
    expect(nextOf({ [name]: value }).text).toBe('next run 2026-11-24T02:00:00.000Z');
  });
});
