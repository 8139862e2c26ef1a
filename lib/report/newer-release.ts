import { advisoryPlatform, type OsVersion } from './advisory-platforms.ts';

/**
 * Explains why the database has no advisories for a release: it is rolling, or newer than every one
 * that the database has. Undefined for an older one, and for a family that it does not have.
 */
export function unknownRelease(os: OsVersion, platforms: readonly string[]): string | undefined {
  const wanted = splitPlatform(advisoryPlatform(os));
  if (wanted === undefined) return undefined;
  const known = platforms
    .map(splitPlatform)
    .filter((one) => one !== undefined)
    .filter(({ family, release }) => family === wanted.family && release.length > 0)
    .sort((a, b) => compareReleases(a.release, b.release));
  const newest = known.at(-1);
  if (newest === undefined) return undefined;
  const listed = `its newest is ${newest.family} ${newest.release.join('.')}`;
  if (wanted.release.length === 0) return `it is a rolling release; ${listed}`;
  return compareReleases(wanted.release, newest.release) > 0
    ? `it is newer than the database; ${listed}`
    : undefined;
}

interface Platform {
  readonly family: string;
  /** Empty for a rolling release. */
  readonly release: readonly number[];
}

function splitPlatform(platform: string | undefined): Platform | undefined {
  const at = platform?.lastIndexOf(' ') ?? -1;
  if (platform === undefined || at < 0) return undefined;
  const release = platform.slice(at + 1);
  const numbers = /^\d+(?:\.\d+)*$/.test(release) ? release.split('.').map(Number) : [];
  return { family: platform.slice(0, at), release: numbers };
}

function compareReleases(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
