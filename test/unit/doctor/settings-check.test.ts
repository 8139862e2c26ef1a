import { describe, expect, it } from 'vitest';
import { judgeSettings } from '../../../lib/doctor/settings-check.ts';
import { SETTINGS_VERSION } from '../../../lib/settings/settings-version.ts';
import { readSettings } from '../../../lib/settings.ts';
import sample from '../../../local.settings.sample.json' with { type: 'json' };

const NOW = new Date('2026-11-23T12:00:00Z');
const DISABLED = { 'AzureWebJobs.scheduledRun.Disabled': 'true' };
const NEWER = {
  PATCHWRIGHT_SETTINGS_VERSION: String(SETTINGS_VERSION + 1),
  PATCHWRIGHT_TO_COME: 'x',
};

function judged(more: Readonly<Record<string, string>>) {
  const environment = { ...sample.Values, PATCHWRIGHT_SCHEDULE: '0 0 2 * * *', ...more };
  return judgeSettings(readSettings(environment, { now: NOW }), NOW);
}

describe('the check of the settings shows the next run', () => {
  const next = 'next run 2026-11-24T02:00:00.000Z';
  const none =
    'no next run: the setting AzureWebJobs.scheduledRun.Disabled disables the timer scheduledRun';

  it.each([
    ['settings of this version', {}, 'pass', `, ${next}`],
    ['a disabled timer', DISABLED, 'pass', `, ${none}`],
    ['settings of a newer version', NEWER, 'warn', `PATCHWRIGHT_TO_COME; ${next}`],
    ['both', { ...NEWER, ...DISABLED }, 'warn', `PATCHWRIGHT_TO_COME; ${none}`],
  ])('with %s', (_, more, status, end) => {
    const { status: found, detail } = judged(more);

    expect([found, detail.slice(-end.length)]).toEqual([status, end]);
  });
});
