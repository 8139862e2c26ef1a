import { z } from 'zod';
import type { Digest } from '../../../image/digest.ts';
import { type RepositoryName, Tag } from '../../../image/reference.ts';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import {
  type ImageName,
  InventoryImage,
  type PatchFailure,
  unknownImage,
  withClaim,
  withFailure,
  withoutClaim,
  withoutFailures,
  withPatches,
} from '../../records/inventory-image.ts';
import { InventoryTag, withTarget } from '../../records/inventory-tag.ts';
import type { Run } from '../../records/run.ts';
import type { RunId } from '../../records/run-id.ts';
import type { Target } from '../../records/target.ts';
import type { Inventory } from '../inventory.ts';
import { jsonColumn } from './json-column.ts';
import { RecordTable, type RowMapping } from './record-table.ts';

/** A row of PatchwrightInventory for a tag. */
const TagRow = InventoryTag.extend({ partitionKey: z.string(), rowKey: Tag });
type TagRow = z.infer<typeof TagRow>;

/** A row of PatchwrightInventory for an image. */
const ImageRow = InventoryImage.extend({
  partitionKey: z.string(),
  rowKey: z.string(),
  patchDigests: jsonColumn(InventoryImage.shape.patchDigests),
});
type ImageRow = z.infer<typeof ImageRow>;

const TAGS: RowMapping<TagRow, InventoryTag> = {
  table: TABLES.inventory,
  schema: TagRow,
  toRow: (tag) => ({ ...tag, ...tagKeys(tag) }),
  fromRow: ({ partitionKey: _1, rowKey: _2, ...columns }) => columns,
};

const IMAGES: RowMapping<ImageRow, InventoryImage> = {
  table: TABLES.inventory,
  schema: ImageRow,
  toRow: (image) => ({ ...image, ...imageKeys(image) }),
  fromRow: ({ partitionKey: _1, rowKey: _2, ...columns }) => columns,
};

/** Attempts to write one row in a race with other writers. */
const MAX_TRIES = 50;

/** PatchwrightInventory. */
export class TableInventory implements Inventory {
  readonly #tags: RecordTable<TagRow, InventoryTag>;
  readonly #images: RecordTable<ImageRow, InventoryImage>;

  constructor(tables: Tables) {
    this.#tags = new RecordTable(tables, TAGS);
    this.#images = new RecordTable(tables, IMAGES);
  }

  findImage(image: ImageName): Promise<InventoryImage | undefined> {
    return this.#images.find(imageKeys(image));
  }

  findTag(tag: Pick<InventoryTag, 'repository' | 'tag'>): Promise<InventoryTag | undefined> {
    return this.#tags.find(tagKeys(tag));
  }

  async claim(image: ImageName, run: Pick<Run, 'id' | 'deadline'>, now: Date): Promise<boolean> {
    const held = await this.#changeImage(image, (known) => withClaim(known, run, now));
    return held?.claimedBy === run.id;
  }

  async release(image: ImageName, runId: RunId): Promise<void> {
    await this.#changeImage(image, (known) => withoutClaim(known, runId));
  }

  async rememberPatches(image: ImageName, patches: readonly Digest[]): Promise<void> {
    if (patches.length === 0) return;
    await this.#changeImage(image, (known) => withPatches(known, patches));
  }

  async backOff(image: ImageName, failure: PatchFailure): Promise<void> {
    await this.#changeImage(image, (known) => withFailure(known, failure));
  }

  async endBackOff(image: ImageName): Promise<void> {
    await this.#changeImage(image, withoutFailures);
  }

  async record(target: Target, at: Date): Promise<void> {
    const { repository, tag } = target;
    if (tag === '*') return;
    await change(this.#tags, {
      keys: tagKeys({ repository, tag }),
      name: `${repository}:${tag}`,
      change: (known) => withTarget(known, { ...target, tag }, at),
    });
  }

  #changeImage(
    image: ImageName,
    edit: (known: InventoryImage) => InventoryImage | undefined,
  ): Promise<InventoryImage | undefined> {
    return change(this.#images, {
      keys: imageKeys(image),
      name: `${image.repository}@${image.digest}`,
      change: (known) => edit(known ?? unknownImage(image)),
    });
  }
}

/**
 * Reads, changes and writes a record, and retries if another writer changed it first. Returns the
 * current record. If `change` returns undefined, the record stays unchanged.
 */
async function change<Row extends TagRow | ImageRow, Record extends object>(
  records: RecordTable<Row, Record>,
  edit: {
    readonly keys: Pick<Row, 'partitionKey' | 'rowKey'>;
    readonly name: string;
    readonly change: (known: Record | undefined) => Record | undefined;
  },
): Promise<Record | undefined> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const known = await records.find(edit.keys);
    const changed = edit.change(known);
    if (changed === undefined) return known;
    const written =
      known === undefined ? await records.insert(changed) : await records.replace(known, changed);
    if (written !== undefined) return written;
  }
  throw new Error(`too many concurrent changes to the inventory of ${edit.name}`);
}

function tagKeys({ repository, tag }: Pick<InventoryTag, 'repository' | 'tag'>) {
  return { partitionKey: partitionOf(repository), rowKey: tag };
}

/** No tag starts with `@`, so row keys of images and of tags can't collide. */
function imageKeys({ repository, digest }: ImageName) {
  return { partitionKey: partitionOf(repository), rowKey: `@${digest}` };
}

/** Keys of Table Storage must not contain a slash. */
function partitionOf(repository: RepositoryName): string {
  return repository.replaceAll('/', '|');
}
