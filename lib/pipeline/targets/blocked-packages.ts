import type { BlockedPackage } from '../../job/blocked-package.ts';
import { type Finding, fixable, type Scan } from '../../report/finding.ts';
import { attemptedFindings } from '../../report/remaining-findings.ts';
import { shorten } from '../../text/shorten.ts';
import type { Target } from '../records/target.ts';

const SHOWN = 5;
const MAX_DETAIL = 1000;
/** A column holds 32,768 UTF-16 units. */
const MAX_COLUMN = 30_000;

/** Returns the findings that the patch of a target must fix. */
export function targetedFindings({ blocked = [] }: Target, before: Scan): readonly Finding[] {
  return attemptedFindings(fixable(before), blocked);
}

/** Drops the details if the column is too small. Returns undefined if it is still too small. */
export function fitForColumn(
  blocked: readonly BlockedPackage[],
): readonly BlockedPackage[] | undefined {
  const brief = blocked.map(({ detail: _, ...rest }) => rest);
  return [blocked, brief].find((one) => JSON.stringify(one).length <= MAX_COLUMN);
}

/** Describes the first packages and their reasons for people. Returns undefined for none. */
export function describeBlocked(blocked: readonly BlockedPackage[]): string | undefined {
  if (blocked.length === 0) return undefined;
  const shown = blocked.slice(0, SHOWN).map((one) => {
    const why = one.detail === undefined ? one.reason : `${one.reason}: ${one.detail}`;
    return `${one.package} (${why})`;
  });
  const more = blocked.length > SHOWN ? `, and ${blocked.length - SHOWN} more` : '';
  return shorten(`not updated: ${shown.join(', ')}${more}`, MAX_DETAIL);
}
