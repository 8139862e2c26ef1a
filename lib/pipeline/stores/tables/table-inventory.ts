import { z } from 'zod';
import type { Digest } from '../../../image/digest.ts';
import { Tag } from '../../../image/reference.ts';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import { copiesOf, InventoryCopy, rowKeyOf } from '../../records/inventory-copy.ts';
import {
  type ImageName,
  type InventoryImage,
  type PatchFailure,
  withClaim,
  withFailure,
  withNewestPatch,
  withoutClaim,
  withoutFailures,
  withPatches,
} from '../../records/inventory-image.ts';
import { InventoryTag } from '../../records/inventory-tag.ts';
import { withTarget } from '../../records/merge-tag.ts';
import type { Run } from '../../records/run.ts';
import type { RunId } from '../../records/run-id.ts';
import type { Target } from '../../records/target.ts';
import type { Inventory } from '../inventory.ts';
import { partitionOf } from './inventory-keys.ts';
import { TableImages } from './table-images.ts';

const KEYS = { partitionKey: z.string(), rowKey: z.string() };

/** A row of PatchwrightInventory for a tag in the policy. */
const TagRow = InventoryTag.extend({ ...KEYS, kind: z.literal('tag') });
type TagRow = z.infer<typeof TagRow>;

/** A row of PatchwrightInventory for a patch or a digest. */
const CopyRow = InventoryCopy.extend(KEYS);
type CopyRow = z.infer<typeof CopyRow>;

/** Attempts to write one row in a race with other writers. */
const MAX_TRIES = 50;

/** PatchwrightInventory, and the app's own rows of images. */
export class TableInventory implements Inventory {
  readonly #tables: Tables;
  readonly #tags: TypedTable<TagRow>;
  readonly #copies: TypedTable<CopyRow>;
  readonly #images: TableImages;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#tags = new TypedTable({ tables, table: TABLES.inventory, schema: TagRow });
    this.#copies = new TypedTable({ tables, table: TABLES.inventory, schema: CopyRow });
    this.#images = new TableImages(tables);
  }

  findImage(image: ImageName): Promise<InventoryImage | undefined> {
    return this.#images.find(image);
  }

  async findTag(tag: Pick<InventoryTag, 'repository' | 'tag'>): Promise<InventoryTag | undefined> {
    return (await this.#read(tag))?.tag;
  }

  async claim(image: ImageName, run: Pick<Run, 'id' | 'deadline'>, now: Date): Promise<boolean> {
    const held = await this.#images.change(image, (known) => withClaim(known, run, now));
    return held?.claimedBy === run.id;
  }

  async release(image: ImageName, runId: RunId): Promise<void> {
    await this.#images.change(image, (known) => withoutClaim(known, runId));
  }

  async rememberPatches(image: ImageName, patches: readonly Digest[]): Promise<void> {
    if (patches.length === 0) return;
    await this.#images.change(image, (known) => withPatches(known, patches));
  }

  async rememberNewest(
    image: ImageName,
    newest: { readonly patch: Digest; readonly runId: RunId },
  ): Promise<void> {
    await this.#images.change(image, (known) => withNewestPatch(known, newest));
  }

  async backOff(image: ImageName, failure: PatchFailure): Promise<void> {
    await this.#images.change(image, (known) => withFailure(known, failure));
  }

  async endBackOff(image: ImageName): Promise<void> {
    await this.#images.change(image, withoutFailures);
  }

  async record(target: Target): Promise<void> {
    const { repository, tag } = target;
    if (tag === '*') return;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const known = await this.#read({ repository, tag });
      const record = withTarget(known?.tag, { ...target, tag });
      if (record === undefined) return;
      const written = await this.#tables.writeTogether(
        TABLES.inventory,
        {
          entity: this.#tags.encode({ ...record, ...keysOf(record), kind: 'tag' }),
          etag: known?.etag,
        },
        copiesOf(record, known?.tag).map((copy) =>
          this.#copies.encode({
            ...copy,
            partitionKey: partitionOf(copy.repository),
            rowKey: rowKeyOf(copy),
          }),
        ),
      );
      if (written !== undefined) return;
    }
    throw new Error(`too many concurrent changes to the inventory of ${repository}:${tag}`);
  }

  /** A row of another kind, or of an earlier version, tells nothing about the tag. It is replaced. */
  async #read(
    tag: Pick<InventoryTag, 'repository' | 'tag'>,
  ): Promise<{ readonly tag: InventoryTag | undefined; readonly etag: string } | undefined> {
    const { partitionKey, rowKey } = keysOf(tag);
    const stored = await this.#tables.get(TABLES.inventory, partitionKey, rowKey);
    if (stored === undefined) return undefined;
    const row = TagRow.safeParse(stored.entity);
    return { tag: row.success ? InventoryTag.parse(row.data) : undefined, etag: stored.etag };
  }
}

function keysOf({ repository, tag }: Pick<InventoryTag, 'repository' | 'tag'>) {
  return { partitionKey: partitionOf(repository), rowKey: Tag.parse(tag) };
}
