import type { Advisory } from '../advisories/changelog.ts';

/** The system that the RPM image claims to be. Trivy's database names it `alma 9`. */
export const almaRelease = { platform: 'alma 9', major: '9' } as const;

/** The packages whose newer versions the suite builds, with the versions of `specs/agent.spec`. */
export const ALMA_ADVISORIES: readonly Advisory[] = [
  {
    source: 'hello-agent',
    id: 'CVE-2026-90001',
    fixedVersion: '1.4-2.el9',
    title: 'A flaw of a program',
    severity: 'HIGH',
  },
  {
    source: 'hello-libs',
    id: 'CVE-2026-90002',
    fixedVersion: '1:1.4-2.el9',
    title: 'A flaw of a library',
    severity: 'MEDIUM',
  },
];

/** `usr/lib/os-release`, as far as programs read it. */
export const OS_RELEASE = [
  'NAME="AlmaLinux"',
  'VERSION="9.6 (Sage Margay)"',
  'ID="almalinux"',
  'ID_LIKE="rhel centos fedora"',
  'VERSION_ID="9.6"',
  'PLATFORM_ID="platform:el9"',
  'PRETTY_NAME="AlmaLinux 9.6 (Sage Margay)"',
  '',
].join('\n');
