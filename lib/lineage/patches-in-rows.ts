import type { Digest } from '../image/digest.ts';
import type { Tag } from '../image/reference.ts';
import type { InventoryTag } from '../pipeline/records/inventory-tag.ts';
import { publishedItsPatch } from '../pipeline/records/published-patch.ts';
import type { Target } from '../pipeline/records/target.ts';

/** A patch that rows know. */
export interface PatchInRows {
  readonly tag: Tag | undefined;
  readonly digest: Digest;
  readonly newest: boolean;
  /** Undefined if none of the targets' runs published it. */
  readonly publishedBy: string | undefined;
}

/** The image that is patched. The tag may name an index, or a patch of it. */
export function sourceOf({ sourceDigest, digest }: Pick<Target, 'sourceDigest' | 'digest'>) {
  return sourceDigest ?? digest;
}

/**
 * The patches of an image's present source, and its newest patch, the newest first. `targets` are what
 * runs did about it, the newest run first.
 */
export function patchesInRows(
  image: InventoryTag,
  targets: readonly Target[],
): readonly PatchInRows[] {
  const tags = new Map<Digest, Tag | undefined>();
  const note = (digest: Digest | undefined, tag: Tag | undefined) => {
    if (digest !== undefined && !tags.has(digest)) tags.set(digest, tag);
  };
  const source = sourceOf(image);
  note(image.patchDigest, image.patchTag);
  if (image.isPatch === true) note(image.digest, image.tag);
  for (const target of targets) {
    if (source === undefined || sourceOf(target) !== source) continue;
    note(target.patchDigest, target.patchTag);
    const own = target.patches.filter(({ sourceDigest }) => sourceDigest === source);
    for (const { digest, tag } of own.toReversed()) note(digest, tag);
  }
  return [...tags].map(([digest, tag]) => {
    const published = targets.findLast(
      (target) => publishedItsPatch(target) && target.patchDigest === digest,
    );
    const newest = digest === image.patchDigest;
    return { tag, digest, newest, publishedBy: published?.runId };
  });
}
