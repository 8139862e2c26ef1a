import { advisoryPlatform } from './advisory-platforms.ts';
import type { Finding, Scan } from './finding.ts';

export type FindingsVerdict =
  | {
      readonly accepted: true;
      /** The targeted findings, which are all gone. */
      readonly fixed: readonly Finding[];
    }
  | {
      readonly accepted: false;
      readonly reason: 'not-fixed' | 'new-findings' | 'packages-lost';
      readonly detail: string;
    };

/**
 * Accepts a patched image if every targeted finding is gone, no fixable finding is new and no package
 * is missing. Package and id identify a finding.
 */
export function compareFindings(options: {
  readonly before: Scan;
  readonly after: Scan;
  readonly targeted: readonly Finding[];
}): FindingsVerdict {
  const { before, after, targeted } = options;

  const lost = lostDetail(before, after);
  if (lost !== undefined) return { accepted: false, reason: 'packages-lost', detail: lost };

  const afterKeys = new Set(after.findings.map(keyOf));
  const stillThere = targeted.filter((finding) => afterKeys.has(keyOf(finding)));
  if (stillThere.length > 0) {
    return { accepted: false, reason: 'not-fixed', detail: listed('still found', stillThere) };
  }

  const beforeKeys = new Set(before.findings.map(keyOf));
  const fresh = after.findings.filter(
    (finding) => finding.fixed !== undefined && !beforeKeys.has(keyOf(finding)),
  );
  if (fresh.length > 0) {
    return { accepted: false, reason: 'new-findings', detail: listed('new', fresh) };
  }

  return { accepted: true, fixed: targeted };
}

/** The findings of a list that a scan no longer has. */
export function withoutFindingsIn(list: readonly Finding[], scan: Scan): readonly Finding[] {
  const present = new Set(scan.findings.map(keyOf));
  return list.filter((finding) => !present.has(keyOf(finding)));
}

/**
 * A package database that was emptied, replaced or cut has no findings either. Therefore every package
 * must still exist, in the same release of the same operating system.
 */
function lostDetail(before: Scan, after: Scan): string | undefined {
  if (releaseOf(before) !== releaseOf(after)) {
    return `the operating system was ${releaseOf(before)} and is ${releaseOf(after)}`;
  }

  const still = new Set(after.packages.map((installed) => installed.name));
  const names = new Set(before.packages.map((installed) => installed.name));
  const lost = [...names].filter((name) => !still.has(name));
  return lost.length === 0 ? undefined : `${lost.length} of ${names.size}: ${shortened(lost)}`;
}

/** Point releases (12.5, 12.6) count as one release, because updating a package moves between them. */
function releaseOf({ os }: Scan): string {
  if (os === undefined) return 'none';
  return advisoryPlatform(os) ?? os.family;
}

function keyOf(finding: Finding): string {
  return JSON.stringify([finding.package, finding.id]);
}

function listed(what: string, findings: readonly Finding[]): string {
  const names = findings.map((finding) => `${finding.id} in ${finding.package}`);
  return `${findings.length} ${what}: ${shortened(names)}`;
}

const SHOWN = 5;

function shortened(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown}, …` : shown;
}
