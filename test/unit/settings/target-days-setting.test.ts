import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../lib/settings.ts';
import { faultsOf, SAMPLE_VALUES } from './faults-of.ts';

const targetsOf = (text: string) =>
  readSettings({ ...SAMPLE_VALUES, PATCHWRIGHT_TARGET_DAYS: text }).pipeline.targetDays;

describe('the days within which findings are to be patched', () => {
  it.each([
    ['critical=3,high=14', { critical: 3, high: 14 }],
    [' low=365\nunknown=1 ', { low: 365, unknown: 1 }],
    ['none', {}],
  ])('are read from %j', (text, expected) => {
    expect(targetsOf(text)).toEqual(expected);
  });

  it('are 7, 30, 90 and 180 by default', () => {
    expect(readSettings(SAMPLE_VALUES).pipeline.targetDays).toEqual({
      ...{ critical: 7, high: 30, medium: 90, low: 180 },
    });
  });

  it.each([
    ['critical', '"critical" has no number of days'],
    ['critical=x', '"critical=x" has no number of days'],
    ['severe=3', '"severe=3" has no known severity'],
    ['high=0', '"high=0" is not from 1 to 365 days'],
    ['high=366', '"high=366" is not from 1 to 365 days'],
    ['high=3,high=4', '"high=4" repeats a severity'],
    ['toString=4', '"toString=4" has no known severity'],
  ])('are refused as %j, with the reason', (text, fault) => {
    const faults = faultsOf({ ...SAMPLE_VALUES, PATCHWRIGHT_TARGET_DAYS: text });

    expect(faults).toContain('have 1 fault(s):\n- PATCHWRIGHT_TARGET_DAYS: must be such as');
    expect(faults).toMatch(new RegExp(`: ${fault}$`));
  });
});
