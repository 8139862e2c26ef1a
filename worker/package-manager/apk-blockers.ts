import type { Blocker } from './blocker.ts';

const PINNED = /^\s+breaks: world\[(?<name>[^\]<>=~]+)[<>=~]/;
const MISSING = /^\s+(?<name>\S+) \(no such package\):/;
const REQUIRED_BY = /^\s+(?:required by|breaks|conflicts): (?<package>[^[\s]+)(?:\[|$)/;
const REMOVED = /^\(\d+\/\d+\) Purging (?<name>\S+) \(/;
const VERSION = /-\d[^-]*(?:-r\d+)?$/;

/**
 * Packages that apk reports as the cause of failure: below `unable to select packages`, each name
 * is followed by its dependents. Texts of apk-tools 2.14 (`src/solver.c`, `src/app_add.c`).
 */
export function apkBlockers(
  lines: readonly string[],
  wanted: ReadonlySet<string>,
): readonly Blocker[] {
  return lines.flatMap((line): readonly Blocker[] => {
    const pinned = PINNED.exec(line)?.groups?.name;
    if (pinned !== undefined) return [{ package: pinned, reason: 'held' }];
    const missing = MISSING.exec(line)?.groups?.name;
    if (missing !== undefined && wanted.has(missing)) {
      return [{ package: missing, reason: 'not-in-repository' }];
    }
    const dependent = REQUIRED_BY.exec(line)?.groups?.package?.replace(VERSION, '');
    return dependent !== undefined && wanted.has(dependent)
      ? [{ package: dependent, reason: 'dependency', detail: line.trim() }]
      : [];
  });
}

export function apkRemovals(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => REMOVED.exec(line)?.groups?.name ?? []);
}
