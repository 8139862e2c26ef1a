import type { Blocker } from './blocker.ts';

const LOCKED = /filtered out by exclude filtering for argument: (?<name>\S+)/;
const MISSING: readonly RegExp[] = [
  /No match for argument: (?<names>\S+)/,
  /Unable to find a match: (?<names>.+)$/,
  /No package matches '(?<names>[^']+)'/,
  /No package (?<names>\S+) available/,
  /^(?<names>\S+) package not found or not installed/,
];
const UNMET: readonly RegExp[] = [
  /nothing provides .* needed by (?<nevra>\S+)/,
  /cannot install (?:the best update candidate for package|both) (?<nevra>\S+)/,
  /package (?<nevra>\S+) (?:from \S+ )?requires /,
];
/** Name, version and release: `openssl-libs-1:3.0.7-28.el9.x86_64`. */
const VERSION = /-[^-]+-[^-]+$/;

/**
 * Packages that dnf, microdnf, tdnf and yum report as the cause of failure. Texts: libdnf, libsolv,
 * tdnf 3.5.
 */
export function rpmBlockers(lines: readonly string[]): readonly Blocker[] {
  return lines.flatMap((line): readonly Blocker[] => {
    const locked = LOCKED.exec(line)?.groups?.name;
    if (locked !== undefined) return [{ package: locked, reason: 'held' }];
    const missing = first(MISSING, line)?.names;
    if (missing !== undefined) {
      const names = missing.trim().split(/\s+/);
      return names.map((name) => ({ package: name, reason: 'not-in-repository' }));
    }
    const unmet = first(UNMET, line)?.nevra?.replace(VERSION, '');
    return unmet === undefined
      ? []
      : [{ package: unmet, reason: 'dependency', detail: line.trim() }];
  });
}

function first(patterns: readonly RegExp[], line: string) {
  for (const pattern of patterns) {
    const groups = pattern.exec(line)?.groups;
    if (groups !== undefined) return groups;
  }
  return undefined;
}
