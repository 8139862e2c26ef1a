import { z } from 'zod';
import type { Entity } from '../../../storage/tables.ts';
import { InventoryCopy, rowKeyOf } from '../../records/inventory-copy.ts';
import { InventoryTag } from '../../records/inventory-tag.ts';
import { partitionOf } from './inventory-keys.ts';

const KEYS = { partitionKey: z.string(), rowKey: z.string() };

/** A row of PatchwrightInventory for a tag in the policy. */
export const TagRow = InventoryTag.extend({ ...KEYS, kind: z.literal('tag') });
export type TagRow = z.infer<typeof TagRow>;

/** A row of PatchwrightInventory for a patch or a digest. */
export const CopyRow = InventoryCopy.extend(KEYS);
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
