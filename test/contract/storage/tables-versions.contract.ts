import { beforeAll, describe, expect, it } from 'vitest';
import type { Column, Tables } from '../../../lib/storage/tables.ts';
import { get, insert, type MakeTables, newRow, TABLE } from './tables-fixture.ts';

/** Operations on one row: types are kept, and no write overwrites a version that was not read. */
export function describeVersions(name: string, make: MakeTables): void {
  describe(`${name}: one row and its versions`, () => {
    let tables: Tables;
    beforeAll(async () => {
      ({ tables } = await make());
    });

    it('returns undefined for a missing row', async () => {
      const found = await get(tables, newRow());

      expect(found).toBeUndefined();
    });

    it.each<[string, Column, Column?]>([
      ['an empty string', ''],
      ['a string of another script', 'ключ 🔑 "quoted" <b>\n\u0000\u001f\t\\'],
      ['a string that looks like a date', '2026-11-23T02:00:00.000Z'],
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
    ])('keeps the value and type of %s', async (_what, value, kept = value) => {
      const row = newRow({ value });

      await insert(tables, row);

      const column = (await get(tables, row))?.entity.value;
      expect(Object.is(column, kept) || column instanceof Date).toBe(true);
      expect(column).toEqual(kept);
    });

    it('returns exactly the written columns', async () => {
      const row = newRow({ state: 'queued', attempt: 1 });

      await insert(tables, row);

      expect((await get(tables, row))?.entity).toEqual(row);
    });

    it('keeps the written row if the caller changes its object afterwards', async () => {
      const at = new Date('2026-11-23T02:00:00Z');
      const row = newRow({ at });
      await insert(tables, row);

      at.setFullYear(2001);
      const first = await get(tables, row);
      if (first?.entity.at instanceof Date) first.entity.at.setFullYear(2002);

      expect((await get(tables, row))?.entity.at).toEqual(new Date('2026-11-23T02:00:00Z'));
    });

    it('does not change an existing row', async () => {
      const row = newRow({ state: 'first' });
      const etag = await insert(tables, row);

      const second = await tables.insert(TABLE, { ...row, state: 'second' });

      expect(second).toBeUndefined();
      expect(await get(tables, row)).toEqual({ entity: row, etag });
    });

    it('inserts once if many callers insert the same row at the same time', async () => {
      const row = newRow();

      const etags = await Promise.all(
        Array.from({ length: 8 }, (_, writer) => tables.insert(TABLE, { ...row, writer })),
      );

      expect(etags.filter((etag) => etag !== undefined)).toHaveLength(1);
    });

    it('replaces the whole row and returns the ETag for the next write', async () => {
      const row = newRow({ state: 'queued', lease: 'mine' });
      const etag = await insert(tables, row);
      const { lease: _, ...released } = row;

      const next = await tables.replace(TABLE, { ...released, state: 'done' }, etag);

      expect(await get(tables, row)).toEqual({
        entity: { ...released, state: 'done' },
        etag: next,
      });
    });

    it('changes the ETag with every write, even with the same content', async () => {
      const row = newRow({ state: 'queued' });
      const first = await insert(tables, row);

      const second = await tables.replace(TABLE, row, first);
      const third = await tables.replace(TABLE, row, second ?? '');

      expect(new Set([first, second, third, undefined]).size).toBe(4);
    });

    it('does not replace a row that has changed since', async () => {
      const row = newRow({ state: 'queued' });
      const stale = await insert(tables, row);
      const etag = await tables.replace(TABLE, { ...row, state: 'theirs' }, stale);

      const mine = await tables.replace(TABLE, { ...row, state: 'mine' }, stale);

      expect(mine).toBeUndefined();
      expect(await get(tables, row)).toEqual({ entity: { ...row, state: 'theirs' }, etag });
    });

    it('lets one caller win if many replace the same version at the same time', async () => {
      const row = newRow();
      const etag = await insert(tables, row);

      const etags = await Promise.all(
        Array.from({ length: 8 }, (_, writer) => tables.replace(TABLE, { ...row, writer }, etag)),
      );

      expect(etags.filter((next) => next !== undefined)).toHaveLength(1);
    });

    it('does not restore a deleted row', async () => {
      const row = newRow();
      const etag = await insert(tables, row);
      await tables.delete(TABLE, row.partitionKey, row.rowKey, etag);

      const replaced = await tables.replace(TABLE, row, etag);

      expect(replaced).toBeUndefined();
      expect(await get(tables, row)).toBeUndefined();
    });

    it('does not mistake a newly inserted row for the deleted one', async () => {
      const row = newRow();
      const old = await insert(tables, row);
      await tables.delete(TABLE, row.partitionKey, row.rowKey, old);
      await insert(tables, row);

      const replaced = await tables.replace(TABLE, row, old);

      expect(replaced).toBeUndefined();
    });

    it('deletes an unchanged row and returns the same result if it is repeated', async () => {
      const row = newRow();
      const etag = await insert(tables, row);

      const first = await tables.delete(TABLE, row.partitionKey, row.rowKey, etag);
      const second = await tables.delete(TABLE, row.partitionKey, row.rowKey, etag);

      expect([first, second, await get(tables, row)]).toEqual([true, true, undefined]);
    });

    it('does not delete a row that has changed since', async () => {
      const row = newRow();
      const stale = await insert(tables, row);
      await tables.replace(TABLE, row, stale);

      const deleted = await tables.delete(TABLE, row.partitionKey, row.rowKey, stale);

      expect(deleted).toBe(false);
      expect(await get(tables, row)).toBeDefined();
    });
  });
}
