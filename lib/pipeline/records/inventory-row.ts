import { z } from 'zod';
import { Digest } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { Reason } from './reasons.ts';
import { TargetState } from './target-states.ts';

const Count = z.number().int().nonnegative();

/** Keys of Table Storage may hold no slash: the repository's name, with `/` as `|`. */
export function inventoryPartition(repository: RepositoryName): string {
  return repository.replaceAll('/', '|');
}

/** PatchwrightInventory, a tag: the present state of an image without knowing a run. */
export const InventoryTagRow = z.object({
  partitionKey: z.string(),
  /** The tag itself. */
  rowKey: Tag,
  repository: RepositoryName,
  tag: Tag,
  state: TargetState,
  reason: Reason.optional(),
  runId: z.string(),
  at: z.date(),
  digest: Digest.optional(),
  sourceDigest: Digest.optional(),
  patchTag: Tag.optional(),
  patchDigest: Digest.optional(),
  critical: Count.optional(),
  high: Count.optional(),
  medium: Count.optional(),
  low: Count.optional(),
  unknown: Count.optional(),
  fixable: Count.optional(),
});
export type InventoryTagRow = z.infer<typeof InventoryTagRow>;

/** No tag starts with `@`, so these rows stand apart from those of tags. */
export function imageRowKey(digest: Digest): string {
  return `@${digest}`;
}

/**
 * PatchwrightInventory, an image by its digest: who has it in hand, the patches that were published
 * of it, and how long to leave it alone after a patch that failed.
 */
export const InventoryImageRow = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  repository: RepositoryName,
  digest: Digest,
  /** The run that works on it; empty: none. */
  claimedBy: z.string(),
  claimedUntil: z.date().optional(),
  /** Digests of patches published from this source: JSON, the newest last. */
  patchDigests: z.string(),
  failedRun: z.string().optional(),
  failedFingerprint: z.string().optional(),
  failedTools: z.string().optional(),
  failures: Count,
  retryAfter: z.date().optional(),
});
export type InventoryImageRow = z.infer<typeof InventoryImageRow>;

const Digests = z.array(Digest);

export function patchDigests(row: InventoryImageRow): readonly Digest[] {
  return Digests.parse(JSON.parse(row.patchDigests));
}
