import { beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../../../lib/image/digest.ts';
import { RepositoryName } from '../../../../../lib/image/reference.ts';
import type { InventoryImage } from '../../../../../lib/pipeline/records/inventory-image.ts';
import { TableImages } from '../../../../../lib/pipeline/stores/tables/table-images.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const IMAGE = { repository: RepositoryName.parse('team/api'), digest: digestOf('source') };
const PATCH = digestOf('patch');

let tables: MemoryTables;
let images: TableImages;
beforeEach(() => {
  tables = new MemoryTables();
  images = new TableImages(tables);
});

/** The row that version 1 of the tables had in the inventory. */
const insertFormer = () =>
  tables.insert(TABLES.inventory, {
    ...IMAGE,
    partitionKey: 'team|api',
    rowKey: `@${IMAGE.digest}`,
    claimedBy: '',
    patchDigests: JSON.stringify([PATCH]),
    failures: 2,
  });

const rows = () => ({
  state: tables.all(TABLES.state).length,
  inventory: tables.all(TABLES.inventory).length,
});

describe('change', () => {
  it('starts with an unknown image, and returns and stores what it becomes', async () => {
    const changed = await images.change(IMAGE, (known) => ({ ...known, failures: 3 }));

    expect(changed).toMatchObject({ ...IMAGE, claimedBy: '', patchDigests: [], failures: 3 });
    expect(await images.find(IMAGE)).toEqual(changed);
  });

  it('clears what the changed record lacks', async () => {
    const retryAfter = new Date('2026-11-23T02:00:00Z');
    await images.change(IMAGE, (known) => ({ ...known, retryAfter }));

    await images.change(IMAGE, ({ retryAfter: _, ...known }) => known);

    expect(await images.find(IMAGE)).not.toHaveProperty('retryAfter');
  });

  it('writes nothing if nothing changes', async () => {
    expect(await images.change(IMAGE, () => undefined)).toBeUndefined();
    expect(rows()).toEqual({ state: 0, inventory: 0 });

    const known = await images.change(IMAGE, (one) => ({ ...one, failures: 3 }));
    expect(await images.change(IMAGE, () => undefined)).toEqual(known);
  });

  it.each([
    ['adds', 0],
    ['changes', 1],
  ])('is repeated if another writer %s the row first', async (_, before) => {
    const addOne = (known: InventoryImage) => ({ ...known, failures: known.failures + 1 });
    if (before === 1) await images.change(IMAGE, addOne);
    const find = tables.get;
    let races = 1;
    tables.get = async (...args) => {
      const found = await find.apply(tables, args);
      if (args[0] === TABLES.state && races > 0) {
        races -= 1;
        await images.change(IMAGE, addOne);
      }
      return found;
    };

    expect((await images.change(IMAGE, addOne))?.failures).toBe(before + 2);
  });

  it('gives up after 50 races in a row', async () => {
    tables.insert = async () => undefined;
    let tries = 0;

    const change = images.change(IMAGE, (known) => {
      tries += 1;
      return known;
    });

    await expect(change).rejects.toThrow('too many concurrent changes to the state of team/api@');
    expect(tries).toBe(50);
  });
});

describe('the row of an earlier version', () => {
  it('is read while the image has no row of its own', async () => {
    await insertFormer();
    expect(await images.find(IMAGE)).toMatchObject({ patchDigests: [PATCH], failures: 2 });
    expect(await images.change(IMAGE, () => undefined)).toMatchObject({ failures: 2 });
    expect(rows()).toEqual({ state: 0, inventory: 1 });
  });

  it('is replaced by the first change', async () => {
    await insertFormer();

    await images.change(IMAGE, (known) => ({ ...known, failures: 0 }));

    expect(await images.find(IMAGE)).toMatchObject({ patchDigests: [PATCH], failures: 0 });
    expect(rows()).toEqual({ state: 1, inventory: 0 });
  });

  it('moves, unless the image has a row of its own', async () => {
    await images.move(IMAGE);
    expect(rows()).toEqual({ state: 0, inventory: 0 });

    await insertFormer();
    await images.move(IMAGE);
    expect(rows()).toEqual({ state: 1, inventory: 0 });
    expect(await images.find(IMAGE)).toMatchObject({ failures: 2 });

    await images.change(IMAGE, (known) => ({ ...known, failures: 5 }));
    await insertFormer();
    await images.move(IMAGE);
    expect(rows()).toEqual({ state: 1, inventory: 0 });
    expect(await images.find(IMAGE)).toMatchObject({ failures: 5 });
  });
});
