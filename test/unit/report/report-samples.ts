import type { Finding, Scan } from '../../../lib/report/finding.ts';

/** Returns a finding in Debian 12's openssl with a fix, with these changes. */
export function aFinding(changes: Partial<Finding> = {}): Finding {
  return {
    id: 'CVE-2024-0001',
    package: 'openssl',
    installed: '3.0.11-1~deb12u1',
    fixed: '3.0.11-1~deb12u2',
    severity: 'high',
    ...changes,
  };
}

/** Returns a scan of Debian 12 with its package manager, with these changes. */
export function aScan(changes: Partial<Scan> = {}): Scan {
  return {
    os: { family: 'debian', name: '12.5', endOfLife: false },
    architecture: 'amd64',
    findings: [],
    packages: ['apt', 'dpkg', 'openssl'].map((name) => ({ name, version: '1' })),
    ...changes,
  };
}
