import * as z from 'zod';
import { Digest } from '../../../image/digest.ts';
import { Tag } from '../../../image/reference.ts';
import type { Entity } from '../../../storage/tables.ts';
import { InventoryCopy, rowKeyOf } from '../../records/inventory-copy.ts';
import { Counts, InventoryTag } from '../../records/inventory-tag.ts';
import { Origin } from '../../records/origin.ts';
import { Reason } from '../../records/reasons.ts';
import { flagOrFalse, textOrEmpty } from './explicit-column.ts';
import { partitionOf } from './inventory-keys.ts';

const KEYS = { partitionKey: z.string(), rowKey: z.string() };

/** A row of PatchwrightInventory for a tag in the policy. */
export const TagRow = InventoryTag.extend({
  ...KEYS,
  kind: z.literal('tag'),
  reason: textOrEmpty(Reason),
  detail: textOrEmpty(z.string()),
  isPatch: flagOrFalse(),
  origin: textOrEmpty(Origin),
  patchTag: textOrEmpty(Tag),
  patchDigest: textOrEmpty(Digest),
  patchCounts: textOrEmpty(Counts),
  change: textOrEmpty(z.string()),
  changedIn: textOrEmpty(z.string()),
  previousDigest: textOrEmpty(Digest),
});
export type TagRow = z.infer<typeof TagRow>;

/** A row of PatchwrightInventory for a patch or a digest. */
export const CopyRow = InventoryCopy.extend({
  ...KEYS,
  patchOf: textOrEmpty(Tag),
  origin: textOrEmpty(Origin),
  patchTag: textOrEmpty(Tag),
  patchDigest: textOrEmpty(Digest),
});
export type CopyRow = z.infer<typeof CopyRow>;

export function tagRow(record: InventoryTag): TagRow {
  return { ...record, ...tagKeys(record), kind: 'tag' };
}

export function copyRow(copy: InventoryCopy): CopyRow {
  return { ...copy, partitionKey: partitionOf(copy.repository), rowKey: rowKeyOf(copy) };
}

export function tagKeys({ repository, tag }: Pick<InventoryTag, 'repository' | 'tag'>) {
  return { partitionKey: partitionOf(repository), rowKey: tag };
}

/** Undefined for a row of another kind or of an earlier version: it tells nothing about the tag. */
export function tagIn(entity: Entity): InventoryTag | undefined {
  const row = TagRow.safeParse(entity);
  return row.success ? InventoryTag.parse(row.data) : undefined;
}

export function copyIn(entity: Entity): InventoryCopy | undefined {
  const row = CopyRow.safeParse(entity);
  return row.success ? InventoryCopy.parse(row.data) : undefined;
}
