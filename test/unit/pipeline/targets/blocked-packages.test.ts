import { expect, it } from 'vitest';
import type { BlockedPackage } from '../../../../lib/job/blocked-package.ts';
import {
  describeBlocked,
  fitForColumn,
  targetedFindings,
} from '../../../../lib/pipeline/targets/blocked-packages.ts';
import { aFinding, aScan } from '../../report/report-samples.ts';
import { target } from '../run/run-samples.ts';

function blocked(count: number, detail?: string): BlockedPackage[] {
  return Array.from({ length: count }, (_, at) => ({
    package: `p${at}`,
    reason: 'held',
    ...(detail !== undefined && { detail }),
  }));
}

it('targets the fixable findings of packages that were not left out', () => {
  const { fixed: _, ...unfixed } = aFinding({ id: 'CVE-2' });
  const curl = aFinding({ package: 'curl' });
  const before = aScan({ findings: [aFinding(), unfixed, curl] });

  expect(targetedFindings(target('a', 'v1'), before)).toEqual([aFinding(), curl]);
  const some = target('a', 'v1', { blocked: [{ package: 'curl', reason: 'held' }] });
  expect(targetedFindings(some, before)).toEqual([aFinding()]);
});

it('drops the details if the column cannot hold them, and returns undefined if it still cannot', () => {
  const few = blocked(10, 'why');

  expect(fitForColumn(few)).toEqual(few);
  expect(fitForColumn(blocked(150, 'x'.repeat(300)))).toEqual(blocked(150));
  expect(fitForColumn(blocked(2000))).toBeUndefined();
});

it('describes the first five packages', () => {
  expect(describeBlocked([])).toBeUndefined();
  expect(describeBlocked(blocked(1, 'on hold'))).toBe('not updated: p0 (held: on hold)');
  expect(describeBlocked(blocked(5))).toMatch(/^not updated: (p\d \(held\), ){4}p4 \(held\)$/);
  expect(describeBlocked(blocked(7))).toMatch(/p4 \(held\), and 2 more$/);
  expect(describeBlocked(blocked(5, 'x'.repeat(300)))).toMatch(/…$/);
});
