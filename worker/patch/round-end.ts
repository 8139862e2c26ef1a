import type { Digest } from '../../lib/image/digest.ts';
import type { PatchFailure } from '../../lib/job/job-result.ts';
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

/** The outcome of one Copa run with some of an image's updates. */
export type RoundEnd =
  | { readonly how: 'patched'; readonly staged: Digest }
  /** It succeeded but removed other packages: verification would reject the patch. */
  | { readonly how: 'removes'; readonly packages: readonly string[] }
  | { readonly how: 'failed-on'; readonly blockers: readonly Blocker[]; readonly message: string }
  /** The package manager failed and named no package; fewer updates may succeed. */
  | { readonly how: 'divisible'; readonly message: string }
  /** No choice of packages helps. */
  | { readonly how: 'final'; readonly outcome: Exclude<CopaOutcome, { outcome: 'patched' }> };

/** BuildKit's message for a failed step. The command is the package manager's. */
const FAILED_STEP = /process "(?<command>.*)" did not complete successfully/;
/** The step that installs the updates. Source: `pkg/pkgmgr/*.go` of Copa 0.14.2. */
const MAKES_UPDATES =
  /install --no-install-recommends|\/download\.sh|apk (?:add|upgrade)|(?:dnf|yum) upgrade|microdnf update|zypper/;

/** A package whose scripts need a /proc may be left out as well. */
const MAY_BE_OF_A_PACKAGE: ReadonlySet<PatchFailure> = new Set([
  'package-manager-failed',
  'needs-proc',
]);

const SOURCE_FAILURES = {
  gone: 'package-source-gone',
  unreachable: 'package-source-unreachable',
  untrusted: 'package-source-untrusted',
} as const satisfies Record<SourceFaultKind, PatchFailure>;

/** Classifies a run by its output. The output is a hint that only selects the next trial. */
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
  if (outcome.outcome !== 'failed' || !MAY_BE_OF_A_PACKAGE.has(outcome.failure)) {
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

/** Returns the source that made the package manager fail, or undefined if none did. */
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

/**
 * True if the update step failed, or no step did and Copa itself failed when comparing versions.
 */
function reachedUpdates(printed: Printed): boolean {
  return failedStep(printed) === undefined || isUpdateStep(printed);
}

function isUpdateStep(printed: Printed): boolean {
  return MAKES_UPDATES.test(failedStep(printed) ?? '');
}

function failedStep(printed: Printed): string | undefined {
  return FAILED_STEP.exec(printed.copa.join('\n'))?.groups?.command;
}
