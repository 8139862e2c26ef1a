import { z } from 'zod';
import { Digest, sha256Hex } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { BlockedPackage } from '../../job/blocked-package.ts';
import { RemainingPackage } from '../../report/remaining-findings.ts';
import { Reason } from './reasons.ts';
import { RunId } from './run-id.ts';
import { TargetState } from './target-states.ts';

const Count = z.number().int().nonnegative();

/** A patch of ours as discovery saw it in the registry. */
export const KnownPatch = z.object({
  tag: Tag,
  digest: Digest,
  sourceDigest: Digest,
  fingerprint: z.string(),
});
export type KnownPatch = z.infer<typeof KnownPatch>;

/** One tag that a run looks at. */
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
  /** What the tag pointed to at discovery: a manifest, or an index with one image. */
  digest: Digest.optional(),
  /** The image that is scanned and patched. */
  sourceDigest: Digest.optional(),
  /** Why a patch of this target could get no tag. Known at discovery, used only if it needs a patch. */
  tagFault: z.enum(['tag-ambiguous', 'tag-limit']).optional(),
  /** Patches of ours that the registry shows under tags of this base, the newest last. */
  patches: z.array(KnownPatch).readonly(),
  osFamily: z.string().optional(),
  osName: z.string().optional(),
  architecture: z.string().optional(),
  /** The job that works on it; empty if the tick has yet to give it to one. */
  job: z.string(),
  /** Counts the jobs it was given to, so that job ids never repeat. */
  round: Count,
  /** Attempts that were lost in the present state. */
  attempts: Count,
  fingerprint: z.string().optional(),
  /** Packages that the patch leaves as they are, as the worker claims. */
  blocked: z.array(BlockedPackage).readonly().optional(),
  /** Of what the patch fixes, if that is less than `fingerprint`. */
  fixedFingerprint: z.string().optional(),
  /** Where the patch with our annotations waits for verification. */
  stagedRepository: RepositoryName.optional(),
  staged: Digest.optional(),
  /** The tag reserved for the patch, and the patch published under it. */
  patchTag: Tag.optional(),
  patchDigest: Digest.optional(),
  /** Tool and version, for example `copa/0.14.2`. */
  tools: z.string().optional(),
  /** How many paths in the added layers no updated package owns. */
  unownedPaths: Count.optional(),
  beforeCritical: Count.optional(),
  beforeHigh: Count.optional(),
  beforeMedium: Count.optional(),
  beforeLow: Count.optional(),
  beforeUnknown: Count.optional(),
  /** Of these, how many have a fixed version. */
  beforeFixable: Count.optional(),
  afterCritical: Count.optional(),
  afterHigh: Count.optional(),
  afterMedium: Count.optional(),
  afterLow: Count.optional(),
  afterUnknown: Count.optional(),
  /** Of these, how many have a fixed version. */
  afterFixable: Count.optional(),
  /** Those that have one, by package, each with the reason why it remains. */
  remaining: z.array(RemainingPackage).readonly().optional(),
  /** Blobs in patchwright-reports. */
  reportBefore: z.string().optional(),
  reportAfter: z.string().optional(),
  discoveredAt: z.date(),
  verifiedAt: z.date().optional(),
  finishedAt: z.date().optional(),
});
export type Target = z.infer<typeof Target>;

export function targetIdOf(repository: string, tag: string): string {
  return sha256Hex(`${repository}:${tag}`).slice(0, 32);
}

/** Equal for all tags of one image. A target whose source is unknown has a key of its own. */
export function imageKey({ repository, sourceDigest, id }: Target): string {
  return `${repository}@${sourceDigest ?? id}`;
}

/** Its tag is reserved and may be published already: its publishing is always finished. */
export function isIntended(target: Target): boolean {
  return target.state === 'publishing' && target.patchTag !== undefined;
}
