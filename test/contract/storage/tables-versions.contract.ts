import { beforeAll, describe, expect, it } from 'vitest';
import type { Column, Tables } from '../../../lib/storage/tables.ts';
import { get, insert, type MakeTables, newRow, TABLE } from './tables-fixture.ts';

/** Reading and writing one row: types kept, and no write over a version that was not read. */
export function describeVersions(name: string, make: MakeTables): void {
  describe(`${name}: one row and its versions`, () => {
    let tables: Tables;
    beforeAll(async () => {
      ({ tables } = await make());
    });

    it('gives undefined for a row that is not there', async () => {
      const found = await get(tables, newRow());

      expect(found).toBeUndefined();
    });

    it.each<[string, Column, Column?]>([
      ['an empty string', ''],
      ['a string of another script', 'ключ 🔑 "quoted" <b>\n\u0000\u001f\t\\'],
      ['what looks like a date', '2026-11-23T02:00:00.000Z'],
      ['zero', 0],
      ['negative zero as zero', -0, 0],
      ['the largest Int32', 2 ** 31 - 1],
      ['one more than the largest Int32', 2 ** 31],
      ['the smallest Int32', -(2 ** 31)],
      ['a large whole number', Number.MAX_SAFE_INTEGER],
      ['a fraction', 0.1],
      ['a huge number', 1.5e300],
      ['true', true],
      ['false', false],
      ['a date with milliseconds', new Date('2026-11-23T02:00:00.123Z')],
      ['an early date', new Date('1601-01-01T00:00:00.000Z')],
    ])('keeps value and type of %s', async (_what, value, kept = value) => {
      const row = newRow({ value });

      await insert(tables, row);

      const column = (await get(tables, row))?.entity.value;
      expect(Object.is(column, kept) || column instanceof Date).toBe(true);
      expect(column).toEqual(kept);
    });

    it('gives back the columns that were written and no others', async () => {
      const row = newRow({ state: 'queued', attempt: 1 });

      await insert(tables, row);

      expect((await get(tables, row))?.entity).toEqual(row);
    });

    it('keeps what was written when the caller changes it afterwards', async () => {
      const at = new Date('2026-11-23T02:00:00Z');
      const row = newRow({ at });
      await insert(tables, row);

      at.setFullYear(2001);
      const first = await get(tables, row);
      if (first?.entity.at instanceof Date) first.entity.at.setFullYear(2002);

      expect((await get(tables, row))?.entity.at).toEqual(new Date('2026-11-23T02:00:00Z'));
    });

    it('leaves a row alone that is there already', async () => {
      const row = newRow({ state: 'first' });
      const etag = await insert(tables, row);

      const second = await tables.insert(TABLE, { ...row, state: 'second' });

      expect(second).toBeUndefined();
      expect(await get(tables, row)).toEqual({ entity: row, etag });
    });

    it('inserts once when many insert the same row at the same time', async () => {
      const row = newRow();

      const etags = await Promise.all(
        Array.from({ length: 8 }, (_, writer) => tables.insert(TABLE, { ...row, writer })),
      );

      expect(etags.filter((etag) => etag !== undefined)).toHaveLength(1);
    });

    it('replaces the whole row and gives the ETag for the next write', async () => {
      const row = newRow({ state: 'queued', lease: 'mine' });
      const etag = await insert(tables, row);
      const { lease: _, ...released } = row;

      const next = await tables.replace(TABLE, { ...released, state: 'done' }, etag);

      expect(await get(tables, row)).toEqual({
        entity: { ...released, state: 'done' },
        etag: next,
      });
    });

    it('changes the ETag with every write, even of the same content', async () => {
      const row = newRow({ state: 'queued' });
      const first = await insert(tables, row);

      const second = await tables.replace(TABLE, row, first);
      const third = await tables.replace(TABLE, row, second ?? '');

      expect(new Set([first, second, third, undefined]).size).toBe(4);
    });

    it('does not replace a row that was changed since', async () => {
      const row = newRow({ state: 'queued' });
      const stale = await insert(tables, row);
      const etag = await tables.replace(TABLE, { ...row, state: 'theirs' }, stale);

      const mine = await tables.replace(TABLE, { ...row, state: 'mine' }, stale);

      expect(mine).toBeUndefined();
      expect(await get(tables, row)).toEqual({ entity: { ...row, state: 'theirs' }, etag });
    });

    it('lets one of many win that replace the same version at the same time', async () => {
      const row = newRow();
      const etag = await insert(tables, row);

      const etags = await Promise.all(
        Array.from({ length: 8 }, (_, writer) => tables.replace(TABLE, { ...row, writer }, etag)),
      );

      expect(etags.filter((next) => next !== undefined)).toHaveLength(1);
    });

    it('does not bring back a row that was deleted', async () => {
      const row = newRow();
      const etag = await insert(tables, row);
      await tables.delete(TABLE, row.partitionKey, row.rowKey, etag);

      const replaced = await tables.replace(TABLE, row, etag);

      expect(replaced).toBeUndefined();
      expect(await get(tables, row)).toBeUndefined();
    });

    it('does not take a row inserted anew for the one that was deleted', async () => {
      const row = newRow();
      const old = await insert(tables, row);
      await tables.delete(TABLE, row.partitionKey, row.rowKey, old);
      await insert(tables, row);

      const replaced = await tables.replace(TABLE, row, old);

      expect(replaced).toBeUndefined();
    });

    it('deletes a row that is unchanged, and says the same when it is gone', async () => {
      const row = newRow();
      const etag = await insert(tables, row);

      const first = await tables.delete(TABLE, row.partitionKey, row.rowKey, etag);
      const second = await tables.delete(TABLE, row.partitionKey, row.rowKey, etag);

      expect([first, second, await get(tables, row)]).toEqual([true, true, undefined]);
    });

    it('does not delete a row that was changed since', async () => {
      const row = newRow();
      const stale = await insert(tables, row);
      await tables.replace(TABLE, row, stale);

      const deleted = await tables.delete(TABLE, row.partitionKey, row.rowKey, stale);

      expect(deleted).toBe(false);
      expect(await get(tables, row)).toBeDefined();
    });
  });
}
