import type { Blocker } from './blocker.ts';
import { packageName } from './blocker.ts';
import { faultIn } from './source-faults.ts';

const HELD_HEADING = /^The following held packages will be changed:/;
const REMOVED_HEADING = /^The following packages will be REMOVED:/;
const UNMET_HEADING = /^The following packages have unmet dependencies:/;
const UNMET = /^ (?<name>\S+) : \S.*$/;
const NEEDED = /\b(?:Pre-?Depends|Depends|Breaks|Conflicts): (?<name>\S+)/g;
const MISSING =
  /^E: (?:Unable to locate package (?<located>\S+)|Package '(?<offered>[^']+)' has no installation candidate)/;
const DEB = /\/(?<name>[^/_\s]+)_[^/\s]+\.deb$/;
const DPKG =
  /^dpkg: error processing (?:package (?<name>\S+)|archive (?:\S*\/)?(?<archive>[^/_\s]+)_\S+) \(--/;
const CONFIGURATION = /^Configuration file '(?<path>[^']+)'/;

/** Packages that apt and dpkg report as the cause of failure. Seen with apt 2.6 and dpkg 1.21. */
export function aptBlockers(
  lines: readonly string[],
  wanted: ReadonlySet<string>,
): readonly Blocker[] {
  return [
    ...listed(lines, HELD_HEADING).map((name) => ({ package: name, reason: 'held' as const })),
    ...unmet(lines, wanted),
    ...lines.flatMap(notThere),
    ...lines.flatMap((line, at) => dpkgFailure(line, lines[at + 1] ?? '', lines)),
  ];
}

/** Packages that apt would remove for an update. */
export function aptRemovals(lines: readonly string[]): readonly string[] {
  return listed(lines, REMOVED_HEADING);
}

/** Returns the names below a heading, which apt indents by two spaces. */
function listed(lines: readonly string[], heading: RegExp): readonly string[] {
  const names: string[] = [];
  let below = false;
  for (const line of lines) {
    if (heading.test(line)) below = true;
    else if (!line.startsWith('  ')) below = false;
    else if (below) names.push(...line.trim().split(/\s+/).map(packageName));
  }
  return names;
}

/**
 * Returns the package with the unmet dependency if it was to be updated, else its dependency: the
 * package's requirement blocks the update of that dependency.
 */
function unmet(lines: readonly string[], wanted: ReadonlySet<string>): readonly Blocker[] {
  const blockers: Blocker[] = [];
  let below = false;
  for (const line of lines) {
    if (UNMET_HEADING.test(line)) below = true;
    else if (!line.startsWith(' ')) below = false;
    else if (below) {
      const name = packageName(UNMET.exec(line)?.groups?.name ?? '');
      const needed = [...line.matchAll(NEEDED)].map((one) => packageName(one.groups?.name ?? ''));
      const [found] = [name, ...needed].filter((one) => wanted.has(one));
      if (found === undefined) continue;
      blockers.push({ package: found, reason: 'dependency', detail: line.trim() });
    }
  }
  return blockers;
}

function notThere(line: string): readonly Blocker[] {
  const missing = MISSING.exec(line)?.groups;
  const name = missing?.located ?? missing?.offered;
  if (name !== undefined) return [{ package: packageName(name), reason: 'not-in-repository' }];
  const fault = line.startsWith('E: ') ? faultIn(line) : undefined;
  const file = fault === undefined ? undefined : DEB.exec(fault.url)?.groups?.name;
  if (fault === undefined || file === undefined) return [];
  const reason = fault.kind === 'gone' ? 'source-gone' : 'source-unreachable';
  return [
    { package: file.replaceAll(/%2b/gi, '+'), reason, detail: `${fault.url}: ${fault.cause}` },
  ];
}

function dpkgFailure(line: string, cause: string, lines: readonly string[]): readonly Blocker[] {
  const found = DPKG.exec(line)?.groups;
  const name = found?.name ?? found?.archive;
  // It failed only because of another package, which has its own line.
  if (name === undefined || cause.includes('dependency problems')) return [];
  if (cause.includes('conffile prompt')) {
    const paths = lines.flatMap((one) => CONFIGURATION.exec(one)?.groups?.path ?? []);
    const detail = `both the image and the update change ${paths.at(-1) ?? 'a file'}`;
    return [{ package: packageName(name), reason: 'configuration-file', detail }];
  }
  return [{ package: packageName(name), reason: 'update-failed', detail: cause.trim() }];
}
