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
  type TablesFixture,
} from './tables-fixture.ts';

const KEY_CHARACTERS = '-._~:@!$()*,;=+|';

/**
 * The limits of keys, columns and sizes: the largest accepted values, and those refused before sending.
 */
export function describeLimits(name: string, make: MakeTables): void {
  describe(`${name}: limits`, () => {
    let fixture: TablesFixture;
    let tables: Tables;
    beforeAll(async () => {
      fixture = await make();
      tables = fixture.tables;
    });

    it('accepts every character that a key may have, in every operation', async () => {
      const row: Entity = {
        partitionKey: `${newPartition()}${KEY_CHARACTERS}`,
        rowKey: `${KEY_CHARACTERS}sha256:0aZ`,
        n: 1,
      };

      const etag = await insert(tables, row);
      const next = await tables.replace(TABLE, { ...row, n: 2 }, etag);
      const listed = await keysOf(tables, row.partitionKey);
      await tables.insertMissing(TABLE, [row, { ...row, rowKey: `${row.rowKey}2` }]);
      const found = await get(tables, row);
      const deleted = await tables.delete(TABLE, row.partitionKey, row.rowKey, next ?? '');

      expect(listed).toEqual([row.rowKey]);
      expect(found).toEqual({ entity: { ...row, n: 2 }, etag: next });
      expect(deleted).toBe(true);
      expect(await keysOf(tables, row.partitionKey)).toEqual([`${row.rowKey}2`]);
    });

    it('accepts keys, strings, columns and rows of the largest size', async () => {
      const longest = (seed: string) => `${seed}${'k'.repeat(512)}`.slice(0, 512);
      const columns = Object.fromEntries(
        Array.from({ length: 252 }, (_, number) => [`column${number}`, number]),
      );
      const text = 'x'.repeat(32 * 1024);
      const texts = Object.fromEntries(
        Array.from({ length: 15 }, (_, number) => [`text${number}`, text]),
      );
      const rows: Entity[] = [
        { partitionKey: longest(newPartition()), rowKey: longest('r') },
        newRow(columns),
        newRow(texts),
        newRow({ [`c${'n'.repeat(254)}`]: 1 }),
      ];

      for (const row of rows) await insert(tables, row);

      for (const row of rows) expect((await get(tables, row))?.entity).toEqual(row);
    });

    it.each([
      ['empty', ''],
      ['with a slash', 'a/b'],
      ['with a backslash', 'a\\b'],
      ['with a number sign', 'a#b'],
      ['with a question mark', 'a?b'],
      ['with a control character', 'a\u0000b'],
      ['with a line break', 'a\nb'],
      ['with a quote', "a' or PartitionKey ne '"],
      ['with a percent sign', 'a%2Fb'],
      ['with braces', '{"a":1}'],
      ['with a space', 'a b'],
      ['beyond ASCII', 'é'],
      ['that is too long', 'k'.repeat(513)],
    ])('refuses a key %s in every operation', async (_what, key) => {
      const etag = 'W/"datetime\'2026-11-23T02%3A00%3A00.0000000Z\'"';
      const byRow: Entity = { partitionKey: 'p', rowKey: key };
      const byPartition: Entity = { partitionKey: key, rowKey: 'r' };

      const attempts: Promise<unknown>[] = [byRow, byPartition].flatMap((entity) => [
        tables.get(TABLE, entity.partitionKey, entity.rowKey),
        tables.insert(TABLE, entity),
        tables.insertMissing(TABLE, [entity]),
        tables.replace(TABLE, entity, etag),
        tables.delete(TABLE, entity.partitionKey, entity.rowKey, etag),
      ]);
      attempts.push(keysOf(tables, key));

      const codes = (await Promise.allSettled(attempts)).map((result) =>
        result.status === 'rejected' ? result.reason.code : 'accepted',
      );
      expect(new Set(codes)).toEqual(new Set(['invalid']));
    });

    it.each([
      ['a string that is too long', { text: 'x'.repeat(32 * 1024 + 1) }],
      ['a string that is not well-formed', { text: '\ud800' }],
      ['a number that is not finite', { n: Number.POSITIVE_INFINITY }],
      ['an invalid date', { at: new Date(Number.NaN) }],
      ['a date too early', { at: new Date('1600-12-31T23:59:59Z') }],
      ['a column name with a dash', { 'a-b': 1 }],
      ['a column name in capitals', { State: 1 }],
      ['a column name of the service', { timestamp: 1 }],
      ['a column name of the SDK', { etag: 'x' }],
      ['a column name that is a property of every object', { constructor: 'x' }],
      ['a column name that is too long', { [`c${'n'.repeat(255)}`]: 1 }],
      [
        'too many columns',
        Object.fromEntries(Array.from({ length: 253 }, (_, number) => [`column${number}`, 1])),
      ],
      [
        'more than 1 MiB',
        Object.fromEntries(
          Array.from({ length: 17 }, (_, number) => [`text${number}`, 'x'.repeat(32 * 1024)]),
        ),
      ],
    ])('refuses %s before anything is written', async (_what, columns) => {
      const row: Entity = { ...newRow(), ...columns };

      const write = tables.insert(TABLE, row);

      await expect(write).rejects.toMatchObject({ name: 'StorageError', code: 'invalid' });
      expect(await keysOf(tables, row.partitionKey)).toEqual([]);
    });

    it.each(['*', '', 'W/"*"', 'nonsense'])('refuses the ETag %j', async (etag) => {
      const row = newRow({ state: 'kept' });
      await insert(tables, row);

      const replaced = tables.replace(TABLE, { ...row, state: 'changed' }, etag);
      const deleted = tables.delete(TABLE, row.partitionKey, row.rowKey, etag);

      await expect(replaced).rejects.toMatchObject({ code: 'invalid' });
      await expect(deleted).rejects.toMatchObject({ code: 'invalid' });
      expect((await get(tables, row))?.entity.state).toBe('kept');
    });

    it('reports a missing table in every operation', async () => {
      const nowhere = fixture.unprovisioned;
      const row = newRow();
      const etag = await insert(tables, row);

      const codes = await Promise.allSettled([
        nowhere.get(TABLE, row.partitionKey, row.rowKey),
        nowhere.insert(TABLE, row),
        nowhere.insertMissing(TABLE, [row]),
        nowhere.replace(TABLE, row, etag),
        nowhere.delete(TABLE, row.partitionKey, row.rowKey, etag),
        collect(nowhere.list(TABLE, row.partitionKey)),
      ]);

      expect(codes.map((result) => result.status === 'rejected' && result.reason.code)).toEqual(
        codes.map(() => 'not-provisioned'),
      );
    });
  });
}
