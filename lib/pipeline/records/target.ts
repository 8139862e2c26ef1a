import * as z from 'zod';
import { Digest, sha256Hex } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { TagConvention } from '../../image/tag-convention.ts';
import { BlockedPackage } from '../../job/blocked-package.ts';
import { BuilderKind } from '../../job/builder-report.ts';
import { RemainingPackage } from '../../report/remaining-findings.ts';
import { EXPOSURE_COLUMNS } from './exposure.ts';
import { COVERAGE_COLUMNS } from './finding-counts.ts';
import { Origin } from './origin.ts';
import { PatchDays } from './patch-days.ts';
import { Reason } from './reasons.ts';
import { RunId } from './run-id.ts';
import { TargetState } from './target-states.ts';

const Count = z.number().int().nonnegative();

/** A patch of ours in the registry, or an image that claims to be one. */
export const KnownPatch = z.object({
  tag: Tag,
  digest: Digest,
  sourceDigest: Digest,
  fingerprint: z.string(),
});
export type KnownPatch = z.infer<typeof KnownPatch>;

/** One tag in a run. */
export const Target = z.object({
  id: z.string(),
  runId: RunId,
  repository: RepositoryName,
  /** `*` if the policy names a repository that does not exist. */
  tag: z.union([Tag, z.literal('*')]),
  state: TargetState,
  reason: Reason.optional(),
  /** For people. */
  detail: z.string().optional(),
  /** One line for each change of its state. `withEvent` writes them. */
  events: z.string().optional(),
  /** The tag's digest at discovery: of a manifest, or of an index with one image. */
  digest: Digest.optional(),
  /** The image that is scanned and patched. */
  sourceDigest: Digest.optional(),
  /** The tag itself names a patch of that image. */
  isPatch: z.boolean().optional(),
  /** `predecessor`: it is a patch that ACR Continuous Patching made of another tag. */
  origin: Origin.optional(),
  /** Why this target can't get a patch. Found at discovery, used only if it needs one. */
  tagFault: z.enum(['patched-elsewhere', 'tag-ambiguous', 'tag-limit', 'tag-locked']).optional(),
  /** The tag convention of its repository. */
  tagConvention: TagConvention.optional(),
  /** The convention of a floating tag besides, if its repository has two. */
  alsoFloating: TagConvention.optional(),
  /** The policy refuses its patch if files have setuid again. */
  refusesSetuid: z.boolean().optional(),
  /** Our patches under patch tags of this tag, newest last. */
  patches: z.array(KnownPatch).readonly(),
  /** Images under patch tags of this tag that claim to be patches of its source. Unproven. */
  claims: z.array(KnownPatch).readonly().optional(),
  osFamily: z.string().optional(),
  osName: z.string().optional(),
  architecture: z.string().optional(),
  /** Size of the source's compressed layers. */
  sourceBytes: Count.optional(),
  /** The run that has its image. This run waits for that one. */
  heldBy: RunId.optional(),
  /** Copa is given a copy of the source, because it can't start from the source's config. */
  needsCopy: z.boolean().optional(),
  /** The job that works on it. Empty until the tick assigns one. */
  job: z.string(),
  /** Number of jobs assigned so far, so that job ids never repeat. */
  round: Count,
  /** Lost attempts in the current state. */
  attempts: Count,
  fingerprint: z.string().optional(),
  /** Packages that the patch does not update, as claimed by the worker. */
  blocked: z.array(BlockedPackage).readonly().optional(),
  /** Fingerprint of the fixed findings, if the patch fixes fewer than `fingerprint`. */
  fixedFingerprint: z.string().optional(),
  /** Location of the annotated patch until it is published. */
  stagedRepository: RepositoryName.optional(),
  /** `staged` is one of the claims. If verification accepts it, it becomes a patch of ours. */
  claimed: z.boolean().optional(),
  staged: Digest.optional(),
  /** The tag reserved for the patch, and the patch published under it. */
  patchTag: Tag.optional(),
  patchDigest: Digest.optional(),
  /** The floating tag that points to that patch besides. */
  floatingTag: Tag.optional(),
  /** Its push replaced another one of the same tag, in the moment between our look and our push. */
  replacedPush: z.boolean().optional(),
  /** Tool and version, for example `copa/0.14.2`. */
  tools: z.string().optional(),
  /** What ran the build steps of its patch, or of its last attempt if that ended as `builder-unavailable`. */
  builder: BuilderKind.optional(),
  /** Number of paths in the added layers that no updated package owns. */
  unownedPaths: Count.optional(),
  /**
   * Files that have setuid, setgid or file capabilities again, which the source had taken away: their
   * number, and the first of them.
   */
  regainedPaths: Count.optional(),
  regainedFiles: z.string().optional(),
  /** Packages of the source that advisories cover, and those of other maintainers. */
  ...COVERAGE_COLUMNS,
  beforeCritical: Count.optional(),
  beforeHigh: Count.optional(),
  beforeMedium: Count.optional(),
  beforeLow: Count.optional(),
  beforeUnknown: Count.optional(),
  /** Number of these findings that have a fixed version. */
  beforeFixable: Count.optional(),
  afterCritical: Count.optional(),
  afterHigh: Count.optional(),
  afterMedium: Count.optional(),
  afterLow: Count.optional(),
  afterUnknown: Count.optional(),
  /** Number of these findings that have a fixed version. */
  afterFixable: Count.optional(),
  /**
   * The newest patch that existed before this run, and the findings that it has by this run's scan of
   * the source. Without numbers, they are unknown.
   */
  earlierTag: Tag.optional(),
  earlierDigest: Digest.optional(),
  earlierCritical: Count.optional(),
  earlierHigh: Count.optional(),
  earlierMedium: Count.optional(),
  earlierLow: Count.optional(),
  earlierUnknown: Count.optional(),
  earlierFixable: Count.optional(),
  /** Since when its findings have had a fix, as recorded in PatchwrightFindings. */
  ...EXPOSURE_COLUMNS,
  /** The severities that this run found beyond their targets first: `critical,high`. */
  missed: z.string().optional(),
  /** The findings that its patch fixed, by the days since their fix was first seen. */
  patchDays: PatchDays.optional(),
  /** Packages with remaining fixable findings, each with the reason. */
  remaining: z.array(RemainingPackage).readonly().optional(),
  /** Blobs in patchwright-reports. */
  reportBefore: z.string().optional(),
  reportAfter: z.string().optional(),
  /** The output of the container that failed: a blob in patchwright-reports. */
  log: z.string().optional(),
  discoveredAt: z.date(),
  /** When the report of its source was accepted. */
  scannedAt: z.date().optional(),
  /** When the vulnerability database of that scan was made. */
  databaseTime: z.date().optional(),
  verifiedAt: z.date().optional(),
  finishedAt: z.date().optional(),
});
export type Target = z.infer<typeof Target>;

export function targetIdOf(repository: string, tag: string): string {
  return sha256Hex(`${repository}:${tag}`).slice(0, 32);
}

/** Equal for all tags of one image. A target without a known source has its own key. */
export function imageKey({ repository, sourceDigest, id }: Target): string {
  return `${repository}@${sourceDigest ?? id}`;
}

/** True if a tag is reserved for its patch, which may be published already: publishing must finish. */
export function isIntended(target: Target): boolean {
  return target.state === 'publishing' && target.patchTag !== undefined;
}
