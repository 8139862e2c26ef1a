import { expect, it } from 'vitest';
import type { Finding } from '../../../lib/report/finding.ts';
import { vulnerabilitiesOf } from '../../../lib/report/vulnerabilities.ts';

function finding(changes: Partial<Finding>): Finding {
  return { id: 'CVE-2026-1', package: 'apt', installed: '1.0', severity: 'low', ...changes };
}

it('groups the packages of a vulnerability, with its worst severity', () => {
  const found = vulnerabilitiesOf([
    finding({ package: 'openssl', fixed: '1.1' }),
    finding({ package: 'libssl3', fixed: '1.1', severity: 'high' }),
  ]);

  expect(found).toEqual([
    {
      id: 'CVE-2026-1',
      severity: 'high',
      packages: 'libssl3, openssl',
      installed: '1.0',
      fixedVersion: '1.1',
    },
  ]);
});

it('has no fixed version if no package has a fix', () => {
  expect(vulnerabilitiesOf([finding({})])[0]?.fixedVersion).toBe('');
});

it('sorts the worst first, and those with a fix first', () => {
  const ids = vulnerabilitiesOf([
    finding({ id: 'CVE-4' }),
    finding({ id: 'CVE-2', severity: 'critical' }),
    finding({ id: 'CVE-3', fixed: '2' }),
    finding({ id: 'CVE-1', severity: 'critical' }),
  ]).map(({ id }) => id);

  expect(ids).toEqual(['CVE-1', 'CVE-2', 'CVE-3', 'CVE-4']);
});

it('leaves out none of many, so that what it lacks is absent', () => {
  const many = Array.from({ length: 5000 }, (_, at) => finding({ id: `CVE-${at}` }));

  const found = vulnerabilitiesOf([...many, finding({ id: 'WORST', severity: 'critical' })]);

  expect(found).toHaveLength(5001);
  expect(found[0]?.id).toBe('WORST');
});

it('makes hostile texts plain and short, and keeps two long ids apart', () => {
  const long = 'x'.repeat(5000);
  const found = vulnerabilitiesOf([
    finding({ id: `${long}1`, package: '\u001b[31mred', installed: long }),
    finding({ id: `${long}2` }),
    finding({ id: '' }),
  ]);

  expect(new Set(found.map(({ id }) => id)).size).toBe(3);
  for (const { id, packages, installed } of found) {
    expect(id.length).toBeLessThanOrEqual(40);
    expect(id).not.toBe('');
    expect(packages).not.toContain('\u001b');
    expect(installed.length).toBeLessThanOrEqual(200);
  }
});
