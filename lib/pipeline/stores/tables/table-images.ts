import * as z from 'zod';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import { type ImageName, InventoryImage, unknownImage } from '../../records/inventory-image.ts';
import type { Stored } from '../stored.ts';
import { formerImageKeys, partitionOf } from './inventory-keys.ts';
import { jsonColumn } from './json-column.ts';
import { RecordTable, type RowMapping } from './record-table.ts';

/** A row of PatchwrightState for an image. */
const ImageRow = InventoryImage.extend({
  partitionKey: z.string(),
  rowKey: z.string(),
  patchDigests: jsonColumn(InventoryImage.shape.patchDigests),
});
type ImageRow = z.infer<typeof ImageRow>;

const IMAGES: RowMapping<ImageRow, InventoryImage> = {
  table: TABLES.state,
  schema: ImageRow,
  toRow: (image) => ({ ...image, ...keysOf(image) }),
  fromRow: ({ partitionKey: _1, rowKey: _2, ...columns }) => columns,
};

/** Attempts to write one row in a race with other writers. */
const MAX_TRIES = 50;

/** What the app remembers of images: claims, patches and back-off. */
export class TableImages {
  readonly #records: RecordTable<ImageRow, InventoryImage>;
  readonly #former: TypedTable<ImageRow>;

  constructor(tables: Tables) {
    this.#records = new RecordTable(tables, IMAGES);
    this.#former = new TypedTable({ tables, table: TABLES.inventory, schema: ImageRow });
  }

  async find(image: ImageName): Promise<InventoryImage | undefined> {
    return (await this.#records.find(keysOf(image))) ?? (await this.#findFormer(image))?.image;
  }

  /**
   * Reads, changes and writes a record, and retries if another writer changed it first. Returns the
   * current record. If `edit` returns undefined, the record stays unchanged.
   */
  async change(
    name: ImageName,
    edit: (known: InventoryImage) => InventoryImage | undefined,
  ): Promise<InventoryImage | undefined> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const known = await this.#records.find(keysOf(name));
      const former = known === undefined ? await this.#findFormer(name) : undefined;
      const changed = edit(known ?? former?.image ?? unknownImage(name));
      if (changed === undefined) return known ?? former?.image;
      const written = await this.#write(known, changed);
      if (written === undefined) continue;
      if (former !== undefined) await this.#former.delete(formerImageKeys(name), former.etag);
      return written;
    }
    const { repository, digest } = name;
    throw new Error(`too many concurrent changes to the state of ${repository}@${digest}`);
  }

  /** Moves the row of an earlier version, unless the image has one of its own already. */
  async move({ repository, digest }: ImageName): Promise<void> {
    const former = await this.#findFormer({ repository, digest });
    if (former === undefined) return;
    await this.#records.insert(former.image);
    await this.#former.delete(formerImageKeys(former.image), former.etag);
  }

  #write(known: Stored<InventoryImage> | undefined, changed: InventoryImage) {
    return known === undefined
      ? this.#records.insert(changed)
      : this.#records.replace(known, changed);
  }

  /** The row of an earlier version. The first change moves it. */
  async #findFormer(
    name: ImageName,
  ): Promise<{ readonly image: InventoryImage; readonly etag: string } | undefined> {
    const { partitionKey, rowKey } = formerImageKeys(name);
    const stored = await this.#former.get(partitionKey, rowKey);
    if (stored === undefined) return undefined;
    return { image: IMAGES.fromRow(stored.row), etag: stored.etag };
  }
}

function keysOf({ repository, digest }: ImageName) {
  return { partitionKey: `image|${partitionOf(repository)}`, rowKey: digest };
}
