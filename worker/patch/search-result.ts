import type { Digest } from '../../lib/image/digest.ts';
import {
  type BlockedPackage,
  type BlockReason,
  MAX_BLOCKED,
  MAX_BLOCKED_DETAIL,
} from '../../lib/job/blocked-package.ts';
import type { PatchJobFile } from '../../lib/job/job-file.ts';
import type { PatchFailure, PatchImageResult } from '../../lib/job/job-result.ts';
import { shorten } from '../../lib/text/shorten.ts';
import type { UpdateSearch } from './update-search.ts';

export interface SearchEnd {
  /** The patch with the updates that succeeded together. */
  readonly staged?: Digest;
  /** The output of the last failed round. */
  readonly message?: string;
}

/** Only the first entries keep their details, so that the result fits its limit. */
const DETAILED = 20;
const LONGEST_MESSAGE = 1000;

/** Builds an image's result after the search. */
export function searchResult(
  { digest }: PatchJobFile['images'][number],
  search: UpdateSearch,
  end: SearchEnd,
): PatchImageResult {
  const blocked = entries(search.blocked);
  if (blocked.length > MAX_BLOCKED) {
    const message = `${blocked.length} packages can't be updated; ${summary(blocked)}`;
    return { digest, outcome: 'failed', failure: 'package-manager-failed', message };
  }
  if (end.staged !== undefined) {
    const some = blocked.length > 0 && { blocked };
    return { digest, outcome: 'patched', staged: end.staged, ...some };
  }
  const failure = failureOf(new Set(blocked.map(({ reason }) => reason)));
  if (failure === undefined) return { digest, outcome: 'nothing-to-do', blocked };
  const said = failure === 'package-manager-failed' ? end.message : undefined;
  const message = [...(said === undefined ? [] : [said]), summary(blocked)].join('; ');
  return { digest, outcome: 'failed', failure, message: shorten(message, LONGEST_MESSAGE) };
}

/** Returns a failure for no updates at all, if a retry or a change of the image may help. */
function failureOf(reasons: ReadonlySet<BlockReason>): PatchFailure | undefined {
  if (reasons.has('source-unreachable')) return 'package-source-unreachable';
  if (reasons.has('source-gone')) return 'package-source-gone';
  const unclear: readonly BlockReason[] = ['update-failed', 'configuration-file', 'not-tried'];
  return unclear.some((reason) => reasons.has(reason)) ? 'package-manager-failed' : undefined;
}

function entries(blocked: readonly BlockedPackage[]): BlockedPackage[] {
  return blocked.map(({ detail, ...entry }, at) =>
    detail === undefined || at >= DETAILED
      ? entry
      : { ...entry, detail: shorten(detail, MAX_BLOCKED_DETAIL) },
  );
}

function summary(blocked: readonly BlockedPackage[]): string {
  const shown = blocked.slice(0, DETAILED).map((one) => {
    const why = one.detail === undefined ? one.reason : `${one.reason}: ${one.detail}`;
    return `${one.package} (${why})`;
  });
  return shown.join(', ');
}
