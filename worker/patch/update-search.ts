import type { BlockedPackage } from '../../lib/job/blocked-package.ts';
import type { FixableFinding } from '../../lib/job/job-file.ts';
import type { Blocker } from '../package-manager/blocker.ts';
import { blockedBeforehand } from './blocked-beforehand.ts';

/**
 * The search for a largest set of updates that the package manager can install. Tries all at once,
 * excludes packages that a failed run names, and bisects if it names none. Immutable: each step
 * returns the next state.
 */
export interface UpdateSearch {
  /** Updates that have succeeded together. */
  readonly good: readonly FixableFinding[];
  /** Sets not yet tried together with the good ones, the next one first. None is empty. */
  readonly pending: readonly (readonly FixableFinding[])[];
  /** Why the first two sets of `pending` failed together. If one succeeds, the other must fail. */
  readonly halved?: WhyBlocked;
  readonly blocked: readonly BlockedPackage[];
}

export type WhyBlocked = Pick<BlockedPackage, 'reason' | 'detail'>;

export function startSearch(findings: readonly FixableFinding[], family: string): UpdateSearch {
  const open = findings.filter((finding) => blockedBeforehand(finding, family) === undefined);
  const blocked = new Map<string, BlockedPackage>();
  for (const finding of findings) {
    const reason = blockedBeforehand(finding, family);
    if (reason !== undefined) blocked.set(finding.package, { package: finding.package, reason });
  }
  return { good: [], pending: nonEmpty([open]), blocked: [...blocked.values()] };
}

/** Returns the updates for the next run, or undefined if the search is over. */
export function nextTrial(search: UpdateSearch): readonly FixableFinding[] | undefined {
  const [next] = search.pending;
  return next === undefined ? undefined : [...search.good, ...next];
}

/** The run succeeded. */
export function afterSuccess(search: UpdateSearch): UpdateSearch {
  const [tried = [], ...pending] = search.pending;
  const { blocked, halved } = search;
  const next = { good: [...search.good, ...tried], pending, blocked };
  return halved === undefined ? next : afterFailure(next, halved);
}

/**
 * Excludes packages named by a failed run. Returns undefined if none of them is new in this run:
 * excluding them would not help.
 */
export function afterBlockers(
  search: UpdateSearch,
  blockers: readonly Blocker[],
): UpdateSearch | undefined {
  const [tried = [], ...pending] = search.pending;
  let left = tried;
  const blocked = [...search.blocked];
  for (const blocker of blockers) {
    const own = left.filter((finding) => finding.package === blocker.package);
    if (own.length === 0) continue;
    const version = versionToDrop(blocker, own, blocked);
    left = left.filter(
      (finding) =>
        finding.package !== blocker.package || (version !== undefined && finding.fixed !== version),
    );
    blocked.push(entryOf(blocker, version));
  }
  if (left.length === tried.length) return undefined;
  return { good: search.good, pending: nonEmpty([left, ...pending]), blocked };
}

/**
 * Bisects after a failed run that names no package. If one package is left, it is blocked, and all
 * pending updates are tried together again.
 */
export function afterFailure(search: UpdateSearch, why: WhyBlocked): UpdateSearch {
  const { good } = search;
  const [tried = [], ...pending] = search.pending;
  const names = [...new Set(tried.map((finding) => finding.package))].sort();
  const [name] = names;
  if (names.length <= 1) {
    const blocked =
      name === undefined ? search.blocked : [...search.blocked, { package: name, ...why }];
    return { good, pending: nonEmpty([pending.flat()]), blocked };
  }
  const first = new Set(names.slice(0, Math.ceil(names.length / 2)));
  const { inFirst = [], inSecond = [] } = Object.groupBy(tried, (finding) =>
    first.has(finding.package) ? 'inFirst' : 'inSecond',
  );
  const halves = [inFirst, inSecond, ...pending];
  return { good, pending: halves, halved: why, blocked: search.blocked };
}

/** Ends the search: pending packages become `not-tried`. */
export function giveUp(search: UpdateSearch): UpdateSearch {
  const names = new Set(search.pending.flat().map((finding) => finding.package));
  const untried = [...names].map((name) => ({ package: name, reason: 'not-tried' as const }));
  return { good: search.good, pending: [], blocked: [...search.blocked, ...untried] };
}

/**
 * Returns the fixed version that is not available, if an older version fixes some of the package's
 * findings. Returns undefined if the whole package must be excluded.
 */
function versionToDrop(
  { versions, package: name }: Blocker,
  own: readonly FixableFinding[],
  blocked: readonly BlockedPackage[],
): string | undefined {
  if (versions === undefined || blocked.some((one) => one.package === name)) return undefined;
  const moved = own.every((finding) => finding.installed !== versions.reached);
  const others = own.some((finding) => finding.fixed !== versions.required);
  const named = own.some((finding) => finding.fixed === versions.required);
  return moved && others && named ? versions.required : undefined;
}

function entryOf(blocker: Blocker, fixed: string | undefined): BlockedPackage {
  return {
    package: blocker.package,
    reason: blocker.reason,
    ...(fixed !== undefined && { fixed }),
    ...(blocker.detail !== undefined && { detail: blocker.detail }),
  };
}

function nonEmpty<T>(lists: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return lists.filter((list) => list.length > 0);
}
