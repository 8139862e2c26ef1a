import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Column, Entity, Tables } from '../../../lib/storage/tables.ts';
import { collect } from './collect.ts';

export interface TablesFixture {
  readonly tables: Tables;
  /** The same, in an account without any table. */
  readonly unprovisioned: Tables;
}

const TABLE = 'PatchwrightJobs';
const KEY_CHARACTERS = '-._~:@!$()*,;=+|';

/** What every adapter of `Tables` has to do, and its fake no less. */
export function describeTables(name: string, make: () => Promise<TablesFixture>): void {
  describe(`${name} as tables`, () => {
    let fixture: TablesFixture;
    let tables: Tables;
    beforeAll(async () => {
      fixture = await make();
      tables = fixture.tables;
    });

    const newPartition = () => `p-${randomUUID()}`;
    const newRow = (columns: Record<string, Column> = {}): Entity => ({
      ...columns,
      partitionKey: newPartition(),
      rowKey: 'r',
    });
    async function insert(entity: Entity): Promise<string> {
      const etag = await tables.insert(TABLE, entity);
      if (etag === undefined) throw new Error('the row was there already');
      return etag;
    }
    const get = (entity: Entity) => tables.get(TABLE, entity.partitionKey, entity.rowKey);
    async function keysOf(partitionKey: string, fromRowKey?: string): Promise<string[]> {
      const options = fromRowKey === undefined ? {} : { fromRowKey };
      const rows = await collect(tables.list(TABLE, partitionKey, options));
      return rows.map(({ entity }) => entity.rowKey);
    }

    it('gives undefined for a row that is not there', async () => {
      const found = await get(newRow());

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

      await insert(row);

      const column = (await get(row))?.entity.value;
      expect(Object.is(column, kept) || column instanceof Date).toBe(true);
      expect(column).toEqual(kept);
    });

    it('gives back the columns that were written and no others', async () => {
      const row = newRow({ state: 'queued', attempt: 1 });

      await insert(row);

      expect((await get(row))?.entity).toEqual(row);
    });

    it('keeps what was written when the caller changes it afterwards', async () => {
      const at = new Date('2026-11-23T02:00:00Z');
      const row = newRow({ at });
      await insert(row);

      at.setFullYear(2001);
      const first = await get(row);
      if (first?.entity.at instanceof Date) first.entity.at.setFullYear(2002);

      expect((await get(row))?.entity.at).toEqual(new Date('2026-11-23T02:00:00Z'));
    });

    it('leaves a row alone that is there already', async () => {
      const row = newRow({ state: 'first' });
      const etag = await insert(row);

      const second = await tables.insert(TABLE, { ...row, state: 'second' });

      expect(second).toBeUndefined();
      expect(await get(row)).toEqual({ entity: row, etag });
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
      const etag = await insert(row);
      const { lease: _, ...released } = row;

      const next = await tables.replace(TABLE, { ...released, state: 'done' }, etag);

      expect(await get(row)).toEqual({ entity: { ...released, state: 'done' }, etag: next });
    });

    it('changes the ETag with every write, even of the same content', async () => {
      const row = newRow({ state: 'queued' });
      const first = await insert(row);

      const second = await tables.replace(TABLE, row, first);
      const third = await tables.replace(TABLE, row, second ?? '');

      expect(new Set([first, second, third, undefined]).size).toBe(4);
    });

    it('does not replace a row that was changed since', async () => {
      const row = newRow({ state: 'queued' });
      const stale = await insert(row);
      const etag = await tables.replace(TABLE, { ...row, state: 'theirs' }, stale);

      const mine = await tables.replace(TABLE, { ...row, state: 'mine' }, stale);

      expect(mine).toBeUndefined();
      expect(await get(row)).toEqual({ entity: { ...row, state: 'theirs' }, etag });
    });

    it('lets one of many win that replace the same version at the same time', async () => {
      const row = newRow();
      const etag = await insert(row);

      const etags = await Promise.all(
        Array.from({ length: 8 }, (_, writer) => tables.replace(TABLE, { ...row, writer }, etag)),
      );

      expect(etags.filter((next) => next !== undefined)).toHaveLength(1);
    });

    it('does not bring back a row that was deleted', async () => {
      const row = newRow();
      const etag = await insert(row);
      await tables.delete(TABLE, row.partitionKey, row.rowKey, etag);

      const replaced = await tables.replace(TABLE, row, etag);

      expect(replaced).toBeUndefined();
      expect(await get(row)).toBeUndefined();
    });

    it('does not take a row inserted anew for the one that was deleted', async () => {
      const row = newRow();
      const old = await insert(row);
      await tables.delete(TABLE, row.partitionKey, row.rowKey, old);
      await insert(row);

      const replaced = await tables.replace(TABLE, row, old);

      expect(replaced).toBeUndefined();
    });

    it('deletes a row that is unchanged, and says the same when it is gone', async () => {
      const row = newRow();
      const etag = await insert(row);

      const first = await tables.delete(TABLE, row.partitionKey, row.rowKey, etag);
      const second = await tables.delete(TABLE, row.partitionKey, row.rowKey, etag);

      expect([first, second, await get(row)]).toEqual([true, true, undefined]);
    });

    it('does not delete a row that was changed since', async () => {
      const row = newRow();
      const stale = await insert(row);
      await tables.replace(TABLE, row, stale);

      const deleted = await tables.delete(TABLE, row.partitionKey, row.rowKey, stale);

      expect(deleted).toBe(false);
      expect(await get(row)).toBeDefined();
    });

    it('inserts hundreds of rows and leaves those alone that are there', async () => {
      const partitionKey = newPartition();
      const row = (number: number, state: string): Entity => ({
        partitionKey,
        rowKey: String(number).padStart(4, '0'),
        state,
      });
      const earlier = [0, 57, 249].map((number) => row(number, 'earlier'));
      for (const entity of earlier) await insert(entity);

      const rows = Array.from({ length: 250 }, (_, number) => row(number, 'new'));
      await tables.insertMissing(TABLE, rows);

      const found = await collect(tables.list(TABLE, partitionKey));
      const expected = rows.with(0, row(0, 'earlier')).with(57, row(57, 'earlier'));
      expect(found.map(({ entity }) => entity)).toEqual(expected.with(249, row(249, 'earlier')));
    });

    it('can insert the same rows again to no effect', async () => {
      const partitionKey = newPartition();
      const rows = ['a', 'b'].map((rowKey): Entity => ({ partitionKey, rowKey }));
      await tables.insertMissing(TABLE, rows);
      const before = await collect(tables.list(TABLE, partitionKey));

      await tables.insertMissing(TABLE, rows);

      expect(await collect(tables.list(TABLE, partitionKey))).toEqual(before);
    });

    it('takes the first of two rows with the same keys', async () => {
      const row = newRow();

      await tables.insertMissing(TABLE, [
        { ...row, state: 'first' },
        { ...row, state: 'second' },
      ]);

      expect((await get(row))?.entity.state).toBe('first');
    });

    it('inserts rows of more than 4 MiB together', async () => {
      const partitionKey = newPartition();
      const text = 'é'.repeat(32 * 1024);
      const rows = Array.from({ length: 20 }, (_, number): Entity => {
        const rowKey = String(number).padStart(4, '0');
        return { partitionKey, rowKey, a: text, b: text, c: text, d: text };
      });

      await tables.insertMissing(TABLE, rows);

      expect(await keysOf(partitionKey)).toEqual(rows.map(({ rowKey }) => rowKey));
    });

    it('inserts nothing when one of the rows is at fault', async () => {
      const partitionKey = newPartition();
      const good: Entity = { partitionKey, rowKey: 'good' };

      const stranger = tables.insertMissing(TABLE, [good, newRow()]);
      const unfit = tables.insertMissing(TABLE, [good, { ...good, rowKey: 'b', n: Number.NaN }]);

      await expect(stranger).rejects.toMatchObject({ code: 'invalid' });
      await expect(unfit).rejects.toMatchObject({ code: 'invalid' });
      expect(await keysOf(partitionKey)).toEqual([]);
    });

    it('inserts no row of none', async () => {
      await expect(tables.insertMissing(TABLE, [])).resolves.toBeUndefined();
    });

    it('lists one partition in the order of code units', async () => {
      const partitionKey = newPartition();
      const sorted = ['!', '-', '.1', '10', '9', ':', 'A', 'B', '_', 'a', 'a-1', 'aA', 'aa', '~'];
      await tables.insertMissing(
        TABLE,
        sorted.toReversed().map((rowKey) => ({ partitionKey, rowKey })),
      );
      await insert({ partitionKey: `${partitionKey}-1`, rowKey: 'stranger' });

      const keys = await keysOf(partitionKey);

      expect(keys).toEqual(sorted);
    });

    it('lists from a row key on, whether that row is there or not', async () => {
      const partitionKey = newPartition();
      await tables.insertMissing(
        TABLE,
        ['1', '2', '4'].map((rowKey) => ({ partitionKey, rowKey })),
      );

      const lists = [await keysOf(partitionKey, '2'), await keysOf(partitionKey, '3')];

      expect(lists).toEqual([['2', '4'], ['4']]);
    });

    it('lists more rows than one answer of the service holds, each with its ETag', async () => {
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

    it('stops asking when the reader has seen enough', async () => {
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

    it('takes every character that a key may have, in every operation', async () => {
      const row: Entity = {
        partitionKey: `${newPartition()}${KEY_CHARACTERS}`,
        rowKey: `${KEY_CHARACTERS}sha256:0aZ`,
        n: 1,
      };

      const etag = await insert(row);
      const next = await tables.replace(TABLE, { ...row, n: 2 }, etag);
      const listed = await keysOf(row.partitionKey, row.rowKey);
      await tables.insertMissing(TABLE, [row, { ...row, rowKey: `${row.rowKey}2` }]);
      const found = await get(row);
      const deleted = await tables.delete(TABLE, row.partitionKey, row.rowKey, next ?? '');

      expect(listed).toEqual([row.rowKey]);
      expect(found).toEqual({ entity: { ...row, n: 2 }, etag: next });
      expect(deleted).toBe(true);
      expect(await keysOf(row.partitionKey)).toEqual([`${row.rowKey}2`]);
    });

    it('takes keys, strings, columns and rows of just the largest size', async () => {
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

      for (const row of rows) await insert(row);

      for (const row of rows) expect((await get(row))?.entity).toEqual(row);
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
      attempts.push(keysOf(key), keysOf('p', key));

      const codes = (await Promise.allSettled(attempts)).map((result) =>
        result.status === 'rejected' ? result.reason.code : 'accepted',
      );
      expect(new Set(codes)).toEqual(new Set(['invalid']));
    });

    it.each([
      ['a string that is too long', { text: 'x'.repeat(32 * 1024 + 1) }],
      ['a string that is not well-formed', { text: '\ud800' }],
      ['a number that is not finite', { n: Number.POSITIVE_INFINITY }],
      ['a date that is none', { at: new Date(Number.NaN) }],
      ['a date too early', { at: new Date('1600-12-31T23:59:59Z') }],
      ['a column name with a dash', { 'a-b': 1 }],
      ['a column name in capitals', { State: 1 }],
      ['a column name that is the service’s', { timestamp: 1 }],
      ['a column name that is the SDK’s', { etag: 'x' }],
      ['a column name that every object has', { constructor: 'x' }],
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
      expect(await keysOf(row.partitionKey)).toEqual([]);
    });

    it.each(['*', '', 'W/"*"', 'nonsense'])('refuses the ETag %j', async (etag) => {
      const row = newRow({ state: 'kept' });
      await insert(row);

      const replaced = tables.replace(TABLE, { ...row, state: 'changed' }, etag);
      const deleted = tables.delete(TABLE, row.partitionKey, row.rowKey, etag);

      await expect(replaced).rejects.toMatchObject({ code: 'invalid' });
      await expect(deleted).rejects.toMatchObject({ code: 'invalid' });
      expect((await get(row))?.entity.state).toBe('kept');
    });

    it('says of every operation that the table is missing', async () => {
      const nowhere = fixture.unprovisioned;
      const row = newRow();
      const etag = await insert(row);

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
