import { expect, it } from 'vitest';
import { countsOf } from '../../../../lib/pipeline/records/finding-counts.ts';
import { aFinding } from '../../report/report-samples.ts';

it('counts findings by severity, and those with a fixed version', () => {
  const { fixed: _, ...unfixed } = aFinding({ severity: 'low' });
  const findings = [aFinding(), aFinding({ severity: 'critical' }), unfixed];

  expect(countsOf(findings)).toEqual({
    critical: 1,
    high: 1,
    medium: 0,
    low: 1,
    unknown: 0,
    fixable: 2,
  });
});

it('counts no findings as zero', () => {
  const none = { critical: 0, high: 0, medium: 0, low: 0, unknown: 0, fixable: 0 };

  expect(countsOf([])).toEqual(none);
});
