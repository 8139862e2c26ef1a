import { z } from 'zod';
import { Digest, sha256Hex } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { Reason } from './reasons.ts';
import { RunId } from './run-id.ts';
import { TargetState } from './target-states.ts';

const Count = z.number().int().nonnegative();

/** One row of PatchwrightTargets: one tag that a run looks at. */
export const TargetRow = z.object({
  partitionKey: RunId,
  rowKey: z.string(),
  repository: RepositoryName,
  /** `*` where the policy names a repository that is not there. */
  tag: z.union([Tag, z.literal('*')]),
  state: TargetState,
  reason: Reason.optional(),
  /** For people. */
  detail: z.string().optional(),
  /** What the tag pointed to at discovery: a manifest, or an index with one image. */
  digest: Digest.optional(),
  /** The image that is scanned and patched. */
  sourceDigest: Digest.optional(),
  /** Why no tag could be given to a patch, known at discovery and used only if one is needed. */
  tagFault: z.enum(['tag-ambiguous', 'tag-limit']).optional(),
  /** Patches of ours that the registry shows under tags of this base: JSON, newest last. */
  patches: z.string(),
  osFamily: z.string().optional(),
  osName: z.string().optional(),
  architecture: z.string().optional(),
  /** The job that has it in hand; empty: the tick gives it to the next one. */
  job: z.string(),
  /** Counts every hand-over to a job, so that job ids never repeat. */
  round: Count,
  /** Attempts that were lost in the present state. */
  attempts: Count,
  fingerprint: z.string().optional(),
  /** Where the patch with our annotations waits for verification. */
  stagedRepository: RepositoryName.optional(),
  staged: Digest.optional(),
  /** The tag chosen before it is written, and the patch that stands under it. */
  patchTag: Tag.optional(),
  patchDigest: Digest.optional(),
  /** Tool and version, for example `copa/0.14.2`. */
  tools: z.string().optional(),
  /** Paths in the added layers that no updated package owns: how many. */
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
  /** Blobs in patchwright-reports. */
  reportBefore: z.string().optional(),
  reportAfter: z.string().optional(),
  discoveredAt: z.date(),
  verifiedAt: z.date().optional(),
  finishedAt: z.date().optional(),
});
export type TargetRow = z.infer<typeof TargetRow>;

export function targetRowKey(repository: string, tag: string): string {
  return sha256Hex(`${repository}:${tag}`).slice(0, 32);
}

/** What its target shares with other tags of one image; its own row's key before the source is known. */
export function imageKey({ repository, sourceDigest, rowKey }: TargetRow): string {
  return `${repository}@${sourceDigest ?? rowKey}`;
}

/** A patch of ours as discovery saw it in the registry. */
export const KnownPatch = z.object({
  tag: Tag,
  digest: Digest,
  sourceDigest: Digest,
  fingerprint: z.string(),
});
export type KnownPatch = z.infer<typeof KnownPatch>;

const KnownPatches = z.array(KnownPatch);

export function knownPatches(target: TargetRow): readonly KnownPatch[] {
  return KnownPatches.parse(JSON.parse(target.patches));
}

/** Its tag is written down, and may stand already: whatever happens, its publishing is finished. */
export function isIntended(target: TargetRow): boolean {
  return target.state === 'publishing' && target.patchTag !== undefined;
}
