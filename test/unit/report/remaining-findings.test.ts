import { describe, expect, it } from 'vitest';
import type { BlockedPackage } from '../../../lib/job/blocked-package.ts';
import type { Finding } from '../../../lib/report/finding.ts';
import { attemptedFindings, remainingPackages } from '../../../lib/report/remaining-findings.ts';

const finding = (id: string, name: string, fixed?: string): Finding => ({
  id,
  package: name,
  installed: '1',
  severity: 'high',
  ...(fixed !== undefined && { fixed }),
});

const FINDINGS = [
  finding('CVE-1', 'openssl', '2'),
  finding('CVE-2', 'openssl', '3'),
  finding('CVE-3', 'openssl', '3'),
  finding('CVE-4', 'curl', '2'),
];
const HELD: BlockedPackage = { package: 'curl', reason: 'held', detail: 'by somebody' };
const LATER: BlockedPackage = { package: 'openssl', fixed: '3', reason: 'not-in-repository' };

describe('attemptedFindings', () => {
  it('leaves out all findings of a package', () => {
    expect(attemptedFindings(FINDINGS, [HELD])).toEqual(FINDINGS.slice(0, 3));
  });

  it('leaves out the findings of one fixed version', () => {
    expect(attemptedFindings(FINDINGS, [LATER])).toEqual([FINDINGS[0], FINDINGS[3]]);
  });
});

describe('remainingPackages', () => {
  it('counts the remaining findings by package and reason', () => {
    expect(remainingPackages(FINDINGS.slice(1), [LATER, HELD])).toEqual([
      { package: 'openssl', reason: 'not-in-repository', findings: 2 },
      { package: 'curl', reason: 'held', findings: 1, detail: 'by somebody' },
    ]);
  });

  it('prefers the reason of the fixed version to that of the package', () => {
    const all: BlockedPackage = { package: 'openssl', reason: 'dependency' };

    expect(remainingPackages(FINDINGS.slice(0, 2), [all, LATER])).toEqual([
      { package: 'openssl', reason: 'dependency', findings: 1 },
      { package: 'openssl', reason: 'not-in-repository', findings: 1 },
    ]);
  });

  it('leaves out findings without a fix and packages without a remaining finding', () => {
    const unfixable = finding('CVE-5', 'curl');

    expect(remainingPackages([unfixable], [HELD, LATER])).toEqual([]);
  });
});
