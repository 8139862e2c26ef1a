import type { Digest } from '../../image/digest.ts';
import type { PatchFailure } from '../../job/job-result.ts';
import type { Blocker, Printed } from '../package-manager/blocker.ts';
import { isAboutPackages, nameBlockers, namedRemovals } from '../package-manager/name-blockers.ts';
import {
  type SourceFault,
  type SourceFaultKind,
  sourceFaults,
  worstFault,
} from '../package-manager/source-faults.ts';
import { copaOwnLines, programLines } from './copa-lines.ts';
import type { CopaOutcome } from './copa-outcome.ts';

/** How one run of Copa over some of an image's updates ended. */
export type RoundEnd =
  | { readonly how: 'patched'; readonly staged: Digest }
  /** It succeeded, and other packages had to go for it: verification would refuse the patch. */
  | { readonly how: 'removes'; readonly packages: readonly string[] }
  | { readonly how: 'failed-on'; readonly blockers: readonly Blocker[]; readonly message: string }
  /** The package manager failed and named no package; fewer updates may succeed. */
  | { readonly how: 'divisible'; readonly message: string }
  /** No choice of packages helps. */
  | { readonly how: 'final'; readonly outcome: Exclude<CopaOutcome, { outcome: 'patched' }> };

/** BuildKit's words for a step that failed; the step is the package manager's command. */
const FAILED_STEP = /process "(?<command>.*)" did not complete successfully/;
/** The step that makes the updates. Source: `pkg/pkgmgr/*.go` of Copa 0.14.2. */
const MAKES_UPDATES =
  /install --no-install-recommends|apk (?:add|upgrade)|(?:dnf|yum) upgrade|microdnf update|zypper/;

const SOURCE_FAILURES = {
  gone: 'package-source-gone',
  unreachable: 'package-source-unreachable',
  untrusted: 'package-source-untrusted',
} as const satisfies Record<SourceFaultKind, PatchFailure>;

/** Judges a run by what it printed. All of it is a hint: it decides what is tried next, no more. */
export function roundEnd(
  outcome: CopaOutcome,
  stderr: string,
  wanted: ReadonlySet<string>,
): RoundEnd {
  const printed = { copa: copaOwnLines(stderr), programs: programLines(stderr) };
  if (outcome.outcome === 'patched') {
    const packages = namedRemovals(printed);
    return packages.length > 0
      ? { how: 'removes', packages }
      : { how: 'patched', staged: outcome.staged };
  }
  if (outcome.outcome !== 'failed' || outcome.failure !== 'package-manager-failed') {
    return { how: 'final', outcome };
  }

  const { message } = outcome;
  const blockers = reachedUpdates(printed) ? nameBlockers(printed, wanted) : [];
  if (blockers.length > 0) return { how: 'failed-on', blockers, message };
  const fault = sourceFailure(printed);
  if (fault !== undefined) return { how: 'final', outcome: sourceOutcome(fault) };
  return isUpdateStep(printed) && isAboutPackages(printed)
    ? { how: 'divisible', message }
    : { how: 'final', outcome };
}

/** The source without which the package manager did not go on; undefined: it was none. */
function sourceFailure(printed: Printed): SourceFault | undefined {
  const ofIndex = sourceFaults(printed.programs).filter((fault) => !fault.ofPackage);
  return worstFault(reachedUpdates(printed) ? ofIndex.filter((fault) => fault.fatal) : ofIndex);
}

function sourceOutcome({ kind, url, cause }: SourceFault) {
  return {
    outcome: 'failed',
    failure: SOURCE_FAILURES[kind],
    message: `${url}: ${cause}`,
  } as const;
}

/** No step failed: Copa did, when it compared versions in the end. */
function reachedUpdates(printed: Printed): boolean {
  return failedStep(printed) === undefined || isUpdateStep(printed);
}

function isUpdateStep(printed: Printed): boolean {
  return MAKES_UPDATES.test(failedStep(printed) ?? '');
}

function failedStep(printed: Printed): string | undefined {
  return FAILED_STEP.exec(printed.copa.join('\n'))?.groups?.command;
}
