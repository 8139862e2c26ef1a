import type { Blocker } from './blocker.ts';
import { packageName } from './blocker.ts';

const LOWER =
  /downloaded package (?<name>\S+) version (?<reached>\S+) lower than required (?<required>\S+) for update/;
const INVALID = /invalid version (?<version>\S+) found for package (?<name>[^\s"\\]+)/;
const HELD = /apt-held packages found, not patched by Copa: \[(?<names>[^\]]*)\]/;
/** Ubuntu's versions for paying subscribers, for example `1.1.1-1ubuntu2.1~18.04.23+esm3`. */
const SUBSCRIBERS = /[+~]esm\d/;

/**
 * Packages that Copa itself names after it compares the installed versions with the required ones.
 * Texts: `pkg/pkgmgr/{dpkg,apk,rpm,pkgmgr}.go` of 0.14.2.
 */
export function copaBlockers(lines: readonly string[]): readonly Blocker[] {
  return lines.flatMap((line): readonly Blocker[] => {
    const lower = LOWER.exec(line)?.groups;
    if (lower !== undefined) return [tooOld(lower)];
    const invalid = INVALID.exec(line)?.groups;
    if (invalid !== undefined) {
      const detail = `the version ${invalid.version} can't be compared`;
      return [{ package: invalid.name ?? '', reason: 'refused-by-copa', detail }];
    }
    const names = HELD.exec(line)?.groups?.names?.split(' ') ?? [];
    return names.map((name) => ({ package: packageName(name), reason: 'held' }));
  });
}

function tooOld(found: Readonly<Record<string, string>>): Blocker {
  const { name = '', reached = '', required = '' } = found;
  return {
    package: name,
    reason: SUBSCRIBERS.test(required) ? 'paid-archive' : 'not-in-repository',
    detail: `the newest available version is ${reached}; the fix needs ${required}`,
    versions: { reached, required },
  };
}
