import { beforeAll, describe, expect, it } from 'vitest';
import type { Entity, Tables } from '../../../lib/storage/tables.ts';
import { collect } from './collect.ts';
import {
  get,
  insert,
  keysOf,
  type MakeTables,
  newPartition,
  newRow,
  TABLE,
} from './tables-fixture.ts';

/** Operations on many rows of one partition. */
export function describeSets(name: string, make: MakeTables): void {
  describe(`${name}: many rows`, () => {
    let tables: Tables;
    beforeAll(async () => {
      ({ tables } = await make());
    });

    it('inserts hundreds of rows and does not change existing ones', async () => {
      const partitionKey = newPartition();
      const row = (number: number, state: string): Entity => ({
        partitionKey,
        rowKey: String(number).padStart(4, '0'),
        state,
      });
      const earlier = [0, 57, 249].map((number) => row(number, 'earlier'));
      for (const entity of earlier) await insert(tables, entity);

      const rows = Array.from({ length: 250 }, (_, number) => row(number, 'new'));
      await tables.insertMissing(TABLE, rows);

      const found = await collect(tables.list(TABLE, partitionKey));
      const expected = rows.with(0, row(0, 'earlier')).with(57, row(57, 'earlier'));
      expect(found.map(({ entity }) => entity)).toEqual(expected.with(249, row(249, 'earlier')));
    });

    it('does nothing if the same rows are inserted again', async () => {
      const partitionKey = newPartition();
      const rows = ['a', 'b'].map((rowKey): Entity => ({ partitionKey, rowKey }));
      await tables.insertMissing(TABLE, rows);
      const before = await collect(tables.list(TABLE, partitionKey));

      await tables.insertMissing(TABLE, rows);

      expect(await collect(tables.list(TABLE, partitionKey))).toEqual(before);
    });

    it('inserts the first of two rows with the same keys', async () => {
      const row = newRow();

      await tables.insertMissing(TABLE, [
        { ...row, state: 'first' },
        { ...row, state: 'second' },
      ]);

      expect((await get(tables, row))?.entity.state).toBe('first');
    });

    it('inserts rows that have more than 4 MiB together', async () => {
      const partitionKey = newPartition();
      const text = 'é'.repeat(32 * 1024);
      const rows = Array.from({ length: 20 }, (_, number): Entity => {
        const rowKey = String(number).padStart(4, '0');
        return { partitionKey, rowKey, a: text, b: text, c: text, d: text };
      });

      await tables.insertMissing(TABLE, rows);

      expect(await keysOf(tables, partitionKey)).toEqual(rows.map(({ rowKey }) => rowKey));
    });

    it('inserts nothing if one of the rows is invalid', async () => {
      const partitionKey = newPartition();
      const good: Entity = { partitionKey, rowKey: 'good' };

      const stranger = tables.insertMissing(TABLE, [good, newRow()]);
      const unfit = tables.insertMissing(TABLE, [good, { ...good, rowKey: 'b', n: Number.NaN }]);

      await expect(stranger).rejects.toMatchObject({ code: 'invalid' });
      await expect(unfit).rejects.toMatchObject({ code: 'invalid' });
      expect(await keysOf(tables, partitionKey)).toEqual([]);
    });

    it('accepts an empty list of rows', async () => {
      await expect(tables.insertMissing(TABLE, [])).resolves.toBeUndefined();
    });

    it('lists one partition in code-unit order', async () => {
      const partitionKey = newPartition();
      const sorted = ['!', '-', '.1', '10', '9', ':', 'A', 'B', '_', 'a', 'a-1', 'aA', 'aa', '~'];
      await tables.insertMissing(
        TABLE,
        sorted.toReversed().map((rowKey) => ({ partitionKey, rowKey })),
      );
      await insert(tables, { partitionKey: `${partitionKey}-1`, rowKey: 'stranger' });

      const keys = await keysOf(tables, partitionKey);

      expect(keys).toEqual(sorted);
    });

    it('lists more rows than one response holds, each with its ETag', async () => {
      const partitionKey = newPartition();
      const rows = Array.from({ length: 1205 }, (_, number): Entity => {
        return { partitionKey, rowKey: String(number).padStart(6, '0'), number };
      });
      await tables.insertMissing(TABLE, rows);

      const found = await collect(tables.list(TABLE, partitionKey));

      expect(found.map(({ entity }) => entity)).toEqual(rows);
      const last = found.at(-1);
      const replaced = await tables.replace(TABLE, rows[1204] ?? newRow(), last?.etag ?? '');
      expect(replaced).toBeDefined();
    });

    it('lets a reader stop after the first row', async () => {
      const partitionKey = newPartition();
      await tables.insertMissing(
        TABLE,
        ['1', '2'].map((rowKey) => ({ partitionKey, rowKey })),
      );

      let first: string | undefined;
      for await (const { entity } of tables.list(TABLE, partitionKey)) {
        first = entity.rowKey;
        break;
      }

      expect(first).toBe('1');
    });
  });
}
