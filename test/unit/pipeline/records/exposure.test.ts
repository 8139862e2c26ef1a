import { expect, it } from 'vitest';
import { exposureOf } from '../../../../lib/pipeline/records/exposure.ts';
import type { IndexedFinding } from '../../../../lib/pipeline/records/tag-index.ts';

const day = (of: number) => new Date(Date.UTC(2026, 10, of));

function finding(changes: Partial<IndexedFinding>): IndexedFinding {
  const times = { seenSince: day(1), fixSince: day(1), patchedAt: undefined };
  return { severity: 'high', state: 'open', about: '', ...times, ...changes };
}

it('names the oldest open finding with a fix, by severity', () => {
  const findings = new Map([
    ['CVE-1', finding({ fixSince: day(5) })],
    ['CVE-2', finding({ fixSince: day(3) })],
    ['CVE-3', finding({ severity: 'low', fixSince: day(2) })],
    ['CVE-4', finding({ state: 'fixed', severity: 'critical' })],
    ['CVE-5', finding({ state: 'open-no-fix', severity: 'medium', fixSince: undefined })],
  ]);

  expect(exposureOf({ findings, unlisted: 12 }, day(9))).toEqual({
    examinedAt: day(9),
    openSinceCritical: undefined,
    openSinceHigh: day(3),
    openSinceMedium: undefined,
    openSinceLow: day(2),
    openSinceUnknown: undefined,
    unlisted: 12,
  });
});
