const DAY_MS = 24 * 3600 * 1000;

/** When each version of Trivy that a worker image may have was released. Source: its Go module. */
const RELEASED: ReadonlyMap<string, string> = new Map([['0.74.0', '2026-08-14']]);

/** Describes a version of Trivy and its age for people: `Trivy 0.74.0, 108 days old`. */
export function describeTrivy(version: string | undefined, now: Date): string {
  if (version === undefined) return 'Trivy of an unknown version';
  const released = RELEASED.get(version);
  if (released === undefined) return `Trivy ${version}`;
  const days = Math.max(0, Math.floor((now.getTime() - Date.parse(released)) / DAY_MS));
  return `Trivy ${version}, ${days} days old`;
}
