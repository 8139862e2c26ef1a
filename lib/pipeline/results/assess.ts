import { MAX_FINDINGS } from '../../job/job-file.ts';
import { hasAdvisories } from '../../report/advisory-platforms.ts';
import { type Coverage, coverageOf, describeCoverage } from '../../report/coverage.ts';
import { fingerprint, fixable, type Scan } from '../../report/finding.ts';
import { unknownRelease } from '../../report/newer-release.ts';
import { patchability } from '../../report/patchable-os.ts';
import { describeTrivy } from '../../report/tool-age.ts';
import { vendorOf } from '../../report/vendor.ts';
import type { InventoryImage } from '../records/inventory-image.ts';
import type { Outcome, SkipReason } from '../records/reasons.ts';
import type { KnownPatch, Target } from '../records/target.ts';

type UntaggedPatch = Omit<KnownPatch, 'tag'>;

/** The next action for a target after the scan of its source. */
export type Assessment =
  | { readonly next: 'end'; readonly outcome: Outcome; readonly known?: KnownPatch }
  | { readonly next: 'patch'; readonly fingerprint: string }
  /**
   * Its source already has this patch under another tag: verify and publish that patch. Or an image
   * claims to be this patch (`claimed`): verify it like a fresh one.
   */
  | {
      readonly next: 'verify';
      readonly fingerprint: string;
      readonly patch: UntaggedPatch;
      readonly claimed: boolean;
    };

/** What the assessment of a target knows. */
interface Facts {
  readonly scan: Scan;
  readonly advisoryPlatforms: readonly string[];
  /** The version of Trivy, as the scan's group claims it. */
  readonly trivy: string | undefined;
  /** Why nothing may be called clean; undefined if the database is fresh enough. */
  readonly databaseFault: string | undefined;
  /** Patches of this source under tags of this target. */
  readonly patches: readonly KnownPatch[];
  /** Patches of this source under tags of other targets in the same repository. */
  readonly siblingPatches: readonly UntaggedPatch[];
  /** Images that claim to be patches of this source, under tags of this target or another. */
  readonly claims: readonly UntaggedPatch[];
  /** The claim under the floating tag of this target, which keeps that tag from its patch. */
  readonly blocking: UntaggedPatch | undefined;
  readonly tagFault: Target['tagFault'];
  readonly tagDetail: string | undefined;
  readonly image: InventoryImage | undefined;
  readonly tools: string;
  /** Why nothing can be patched. Undefined if a builder works, or if that is not known yet. */
  readonly noBuilder: string | undefined;
  readonly dryRun: boolean;
  /** The run tries again although the image backs off. */
  readonly retry: boolean;
  readonly now: Date;
}

/** Decides by the report and the facts in the registry and the inventory. Pure. */
export function assess(facts: Facts): Assessment {
  const { scan, image } = facts;
  if (scan.os === undefined) return skip('unsupported-os', 'the scan found no operating system');
  const patchable = patchability(scan);
  const vendor = vendorOf(scan);
  if (!patchable.patchable && patchable.reason === 'end-of-life') {
    return skip('end-of-life', patchable.detail);
  }
  if (!hasAdvisories(scan.os, facts.advisoryPlatforms)) {
    if (vendor !== undefined) return skip('vendor-maintained', maintainedBy(vendor));
    if (!patchable.patchable) return skip('unsupported-os', patchable.detail);
    return skip('no-advisory-data', withoutAdvisories(scan.os, facts));
  }
  const coverage = coverageOf(scan);
  if (coverage.covered === 0) return skip('no-advisory-data', nothingCovered(coverage));
  if (scan.findings.length === 0) return cleanOf(coverage, facts.databaseFault);
  const targeted = fixable(scan);
  if (targeted.length === 0) return skip('no-fix-available', describeCoverage(coverage));
  if (vendor !== undefined) return skip('vendor-maintained', maintainedBy(vendor));
  if (!patchable.patchable) return skip(patchable.reason, patchable.detail);

  if (targeted.length > MAX_FINDINGS) {
    const detail = `${targeted.length} fixable findings; a job can have ${MAX_FINDINGS}`;
    return end({ state: 'failed', reason: 'report-invalid', detail });
  }

  const wanted = fingerprint(targeted);
  const known = facts.patches.find((patch) => patch.fingerprint === wanted);
  if (known !== undefined) {
    const outcome = { state: 'already-patched', detail: known.tag } as const;
    return { next: 'end', outcome, known };
  }
  const until = facts.retry ? undefined : backOffEnd(image, wanted, facts.tools);
  if (until !== undefined && until > facts.now) {
    const partial = image?.partialFingerprint;
    if (partial === undefined) {
      const detail = `until ${until.toISOString()}`;
      return end({ state: 'waiting', reason: 'backing-off', detail });
    }
    // The remaining packages can't be updated yet, but a tag without the partial patch needs it.
    const made = facts.patches.find((patch) => patch.fingerprint === partial);
    if (made !== undefined) {
      const outcome = { state: 'already-patched', detail: made.tag } as const;
      return { next: 'end', outcome, known: made };
    }
  }
  if (facts.tagFault === 'patched-elsewhere') return skip(facts.tagFault, facts.tagDetail);
  const patch = facts.siblingPatches.find((sibling) => sibling.fingerprint === wanted);
  const claim = patch === undefined ? claimToVerify(facts, wanted) : undefined;
  if (claim === undefined && facts.tagFault !== undefined) {
    return skip(facts.tagFault, facts.tagDetail);
  }
  if (facts.dryRun) return end({ state: 'planned', reason: 'dry-run' });
  if (claim !== undefined) {
    return { next: 'verify', fingerprint: wanted, patch: claim, claimed: true };
  }
  if (facts.noBuilder !== undefined) {
    return end({ state: 'failed', reason: 'no-builder', detail: facts.noBuilder });
  }
  if (patch !== undefined) {
    return { next: 'verify', fingerprint: wanted, patch, claimed: false };
  }
  return { next: 'patch', fingerprint: wanted };
}

/** The newest claim for these findings. Else, one for older findings only if it blocks the tag. */
function claimToVerify(
  { claims, blocking }: Pick<Facts, 'claims' | 'blocking'>,
  wanted: string,
): UntaggedPatch | undefined {
  return claims.findLast((one) => one.fingerprint === wanted) ?? blocking;
}

/** Without findings, an image is clean only as far as advisories cover it, and as new as they are. */
function cleanOf(coverage: Coverage, databaseFault: string | undefined): Assessment {
  if (databaseFault !== undefined) return skip('database-too-old', databaseFault);
  const detail = describeCoverage(coverage);
  return end({ state: 'clean', ...(detail !== undefined && { detail }) });
}

function withoutAdvisories(
  os: NonNullable<Scan['os']>,
  facts: Pick<Parameters<typeof assess>[0], 'advisoryPlatforms' | 'trivy' | 'now'>,
): string {
  const name = `${os.family} ${os.name}`.trim();
  const why = unknownRelease(os, facts.advisoryPlatforms);
  const tool = describeTrivy(facts.trivy, facts.now);
  return `the database has no advisories for ${name}${why === undefined ? '' : `: ${why}`} (${tool})`;
}

function nothingCovered({ uncovered }: Coverage): string {
  return uncovered === 0
    ? 'the scan found no package'
    : `none of its ${uncovered} packages is covered by advisories: other maintainers make them`;
}

function maintainedBy(vendor: string): string {
  return `${vendor} fixes its packages under its own versions, which a patch would undo`;
}

/** The back-off applies only to the same findings and tools: a patch may succeed with others. */
function backOffEnd(
  image: InventoryImage | undefined,
  wanted: string,
  tools: string,
): Date | undefined {
  if (image?.failedFingerprint !== wanted || image.failedTools !== tools) return undefined;
  return image.retryAfter;
}

function end(outcome: Outcome): Assessment {
  return { next: 'end', outcome };
}

function skip(reason: SkipReason, detail?: string): Assessment {
  return end({ state: 'skipped', reason, ...(detail !== undefined && { detail }) });
}
