import type { Digest } from '../../image/digest.ts';
import type { Tag } from '../../image/reference.ts';
import type { InventoryCopy } from './inventory-copy.ts';
import { type InventoryTag, withoutPresence } from './inventory-tag.ts';

/** A repository as a run found it. Both are empty if it was deleted or has left the policy. */
export interface FoundRepository {
  /** Existing tags that the policy names. */
  readonly wanted: ReadonlySet<Tag>;
  /** Every tag of the registry, with its digest. */
  readonly tags: ReadonlyMap<Tag, { readonly digest: Digest }>;
  readonly runId: string;
  /** When the run started. Rows that were seen since are left alone. */
  readonly since: Date;
  /** When the tags were listed. A target that the run found before is older. */
  readonly listedAt: Date;
}

export interface InventoryRows<
  TagRow extends InventoryTag = InventoryTag,
  CopyRow extends InventoryCopy = InventoryCopy,
> {
  readonly tags: readonly TagRow[];
  readonly copies: readonly CopyRow[];
}

/**
 * The rows of one repository that no longer name an image in use, as they are to be. A digest is in
 * use if a tag names it: its own, or the one of an image that it belongs to.
 */
export function goneRows<TagRow extends InventoryTag, CopyRow extends InventoryCopy>(
  rows: InventoryRows<TagRow, CopyRow>,
  found: FoundRepository,
): {
  readonly tags: readonly { readonly known: TagRow; readonly gone: InventoryTag }[];
  readonly copies: readonly { readonly known: CopyRow; readonly gone: InventoryCopy }[];
} {
  const isOld = ({ present, presentAt }: InventoryTag | InventoryCopy) =>
    present && presentAt < found.since;
  const inUse = digestsInUse(rows, found);
  const isUsed = (copy: InventoryCopy) =>
    copy.kind === 'patch' ? isTagged(copy, found) : inUse.has(copy.digest);
  return {
    tags: rows.tags
      .filter((row) => isOld(row) && !found.wanted.has(row.tag))
      .map((known) => ({
        known,
        gone: withoutPresence(known, { runId: found.runId, at: found.listedAt }),
      })),
    copies: rows.copies
      .filter((row) => isOld(row) && !isUsed(row))
      .map((known) => ({ known, gone: withoutUse(known, found.listedAt) })),
  };
}

function digestsInUse(rows: InventoryRows, found: FoundRepository): ReadonlySet<Digest> {
  const inUse = new Set<Digest | undefined>();
  for (const tag of found.wanted) inUse.add(found.tags.get(tag)?.digest);
  for (const { tag, digest, sourceDigest, patchDigest } of rows.tags) {
    if (!found.wanted.has(tag) || found.tags.get(tag)?.digest !== digest) continue;
    for (const one of [sourceDigest, patchDigest]) inUse.add(one);
  }
  for (const copy of rows.copies) {
    if (copy.kind === 'patch' && isTagged(copy, found)) inUse.add(copy.digest);
  }
  return new Set([...inUse].filter((digest) => digest !== undefined));
}

/** The patch is still under its tag, and the tag that it was made for is in the policy. */
function isTagged({ tag, digest, patchOf }: InventoryCopy, found: FoundRepository): boolean {
  if (tag === undefined || found.tags.get(tag)?.digest !== digest) return false;
  return found.wanted.has(tag) || (patchOf !== undefined && found.wanted.has(patchOf));
}

function withoutUse(copy: InventoryCopy, goneAt: Date): InventoryCopy {
  const { repository, kind, tag, digest, sourceDigest, patchOf, presentAt, runId } = copy;
  const { origin, patchTag, patchDigest } = copy;
  const names = { repository, kind, tag, digest, sourceDigest, patchOf };
  const image = { ...names, origin, patchTag, patchDigest };
  return { ...image, present: false, presentAt, goneAt, counts: 'unknown', runId };
}
