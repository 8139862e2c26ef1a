/** Part of the stand-in for Trivy: for tests and the demo, never shipped. */
import type { OperatingSystem } from '../packages/operating-system.ts';

/**
 * Days after which a release no longer gets security updates. From Trivy 0.74.0:
 * pkg/detector/ospkg/debian/debian.go and pkg/detector/ospkg/alpine/alpine.go.
 */
const LAST_DAYS: ReadonlyMap<string, string> = new Map([
  ['debian 8', '2020-06-30'],
  ['debian 9', '2022-06-30'],
  ['debian 10', '2024-06-30'],
  ['debian 11', '2026-08-14'],
  ['debian 12', '2028-06-10'],
  ['alpine 3.12', '2022-05-01'],
  ['alpine 3.13', '2022-11-01'],
  ['alpine 3.14', '2023-05-01'],
  ['alpine 3.15', '2023-11-01'],
  ['alpine 3.16', '2024-05-23'],
  ['alpine 3.17', '2024-11-22'],
  ['alpine 3.18', '2025-05-09'],
  ['alpine 3.19', '2025-11-01'],
  ['alpine 3.20', '2026-04-01'],
  ['alpine 3.21', '2026-12-05'],
  ['alpine 3.22', '2027-04-30'],
  ['alpine 3.23', '2027-11-01'],
]);

/** The database's bucket: `debian 12` for Debian 12.5, `alpine 3.22` for Alpine 3.22.0. */
export function platformOf(os: OperatingSystem): string {
  const [major = '', minor] = os.name.split('.');
  const release = os.family === 'debian' || minor === undefined ? major : `${major}.${minor}`;
  return `${os.family} ${release}`;
}

/** An unlisted release counts as supported, because it may be new. */
export function isPastEndOfLife(os: OperatingSystem, now: Date): boolean {
  const lastDay = LAST_DAYS.get(platformOf(os));
  return lastDay !== undefined && now > new Date(`${lastDay}T23:59:59Z`);
}
