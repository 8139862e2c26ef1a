import { beforeAll, describe, expect, it } from 'vitest';
import type { Entity, Tables } from '../../../lib/storage/tables.ts';
import {
  get,
  insert,
  keysOf,
  type MakeTables,
  newPartition,
  newRow,
  TABLE,
  type TablesFixture,
} from './tables-fixture.ts';

/** Operations on several rows in one write, and on the partitions of a table. */
export function describeTogether(name: string, make: MakeTables): void {
  describe(`${name}: rows together`, () => {
    let fixture: TablesFixture;
    let tables: Tables;
    beforeAll(async () => {
      fixture = await make();
      tables = fixture.tables;
    });

    function rows() {
      const first = newRow({ n: 1 });
      const other: Entity = { partitionKey: first.partitionKey, rowKey: 'other', n: 1 };
      return { first, other };
    }

    it('inserts a new row together with others and returns its ETag', async () => {
      const { first, other } = rows();

      const etag = await tables.writeTogether(TABLE, { entity: first, etag: undefined }, [other]);

      expect(await get(tables, first)).toEqual({ entity: first, etag });
      expect((await get(tables, other))?.entity).toEqual(other);
    });

    it('replaces the first row by its ETag and the other rows unconditionally', async () => {
      const { first, other } = rows();
      const etag = await insert(tables, { ...first, former: 'x' });
      await insert(tables, { ...other, former: 'x' });

      const next = await tables.writeTogether(TABLE, { entity: first, etag }, [other]);

      expect(await get(tables, first)).toEqual({ entity: first, etag: next });
      expect((await get(tables, other))?.entity).toEqual(other);
    });

    it.each(['exists', 'was changed', 'was deleted'])(
      'writes nothing if the first row %s',
      async (what) => {
        const { first, other } = rows();
        const old = await insert(tables, first);
        if (what === 'was changed') await tables.replace(TABLE, first, old);
        if (what === 'was deleted') await tables.delete(TABLE, first.partitionKey, 'r', old);
        const etag = what === 'exists' ? undefined : old;

        const written = await tables.writeTogether(TABLE, { entity: first, etag }, [other]);

        expect(written).toBeUndefined();
        expect(await get(tables, other)).toBeUndefined();
      },
    );

    it('refuses rows of two partitions and a repeated row', async () => {
      const { first, other } = rows();
      const write = (others: readonly Entity[]) =>
        tables.writeTogether(TABLE, { entity: first, etag: undefined }, others);

      await expect(write([newRow()])).rejects.toMatchObject({ code: 'invalid' });
      await expect(write([other, other])).rejects.toMatchObject({ code: 'invalid' });
      expect(await keysOf(tables, first.partitionKey)).toEqual([]);
    });

    it('returns the next partition of a table in order', async () => {
      const start = newPartition();
      for (const end of ['b', 'a', 'c']) {
        await insert(tables, { partitionKey: `${start}-${end}`, rowKey: '1' });
        await insert(tables, { partitionKey: `${start}-${end}`, rowKey: '2' });
      }

      expect(await tables.nextPartition(TABLE, start)).toBe(`${start}-a`);
      expect(await tables.nextPartition(TABLE, `${start}-a`)).toBe(`${start}-b`);
      expect(await tables.nextPartition(TABLE, '~')).toBeUndefined();
    });
  });
}
