import type { BlockedPackage } from '../../job/blocked-package.ts';
import type { FixableFinding } from '../../job/job-file.ts';
import type { Blocker } from '../package-manager/blocker.ts';
import { blockedBeforehand } from './blocked-beforehand.ts';

/**
 * The search for the largest set of updates that the package manager makes. All are tried at once;
 * what a failed run names is left out; if it names nothing, the updates are tried in halves.
 * Immutable: each step gives the next state.
 */
export interface UpdateSearch {
  /** Updates of a run that succeeded. */
  readonly good: readonly FixableFinding[];
  /** Not yet tried together with the good ones; the first is next. None is empty. */
  readonly pending: readonly (readonly FixableFinding[])[];
  /** The first two of `pending` failed together, for this: if one succeeds, the other fails. */
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

/** What the next run is to update; undefined: the search is over. */
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
 * The run failed on packages that it names. Undefined: none of them came in with this run, so that
 * leaving them out is no answer.
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
 * The run failed and names nothing: halves are tried apart. One package alone is blocked, and all
 * that is pending is tried together again.
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

/** No run more: what is still pending was not tried. */
export function giveUp(search: UpdateSearch): UpdateSearch {
  const names = new Set(search.pending.flat().map((finding) => finding.package));
  const untried = [...names].map((name) => ({ package: name, reason: 'not-tried' as const }));
  return { good: search.good, pending: [], blocked: [...search.blocked, ...untried] };
}

/**
 * The one fixed version that is too new, if the package still has an older one to reach: some of its
 * findings can be fixed then. Undefined: all of the package is left.
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
