import { beforeAll, describe, expect, it } from 'vitest';
import type { RowPage, TableQueries, TableQuery } from '../../../lib/storage/table-queries.ts';
import type { Column, Tables } from '../../../lib/storage/tables.ts';
import { newPartition, TABLE } from './tables-fixture.ts';

export interface QueriesFixture {
  readonly tables: Tables;
  readonly queries: TableQueries;
  /** The same in an account without tables. */
  readonly unprovisioned: TableQueries;
}

const EARLY = new Date('2026-11-01T00:00:00Z');
const LATE = new Date('2026-11-02T00:00:00Z');

/** The contract of `TableQueries`, for the adapter and the fake. */
export function describeQueries(name: string, make: () => Promise<QueriesFixture>): void {
  describe(`${name} as table queries`, () => {
    let fixture: QueriesFixture;
    const partition = newPartition();
    beforeAll(async () => {
      fixture = await make();
      await fixture.tables.insertMissing(
        TABLE,
        ROWS.map((row) => ({ ...row, partitionKey: partition })),
      );
    });
    const page = (query: Partial<TableQuery> = {}): Promise<RowPage> =>
      fixture.queries.page(TABLE, { partition, limit: 100, ...query });
    const keys = async (query: Partial<TableQuery> = {}) =>
      (await page(query)).rows.map(({ entity }) => entity.rowKey);

    it('returns the rows of a partition in row-key order', async () => {
      expect(await keys()).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    it('returns rows in a range of row keys', async () => {
      expect(await keys({ rows: { from: 'b', below: 'd' } })).toEqual(['b', 'c']);
    });

    it('returns rows in a range of partitions', async () => {
      const range = { from: partition, below: `${partition}~` };
      expect(await keys({ partition: range })).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(await keys({ partition: { from: `${partition}~`, below: `${partition}~~` } })).toEqual(
        [],
      );
    });

    it.each<[string, NonNullable<TableQuery['where']>, string[]]>([
      ['text', [[{ column: 'state', is: 'eq', value: 'it’s "done"' }]], ['b']],
      ['an apostrophe', [[{ column: 'state', is: 'eq', value: "o'clock" }]], ['c']],
      ['a number', [[{ column: 'high', is: 'gt', value: 0 }]], ['b', 'c']],
      ['a fraction', [[{ column: 'high', is: 'lt', value: 1.5 }]], ['a', 'b']],
      ['a flag', [[{ column: 'present', is: 'eq', value: true }]], ['a', 'c']],
      ['a time', [[{ column: 'at', is: 'ge', value: LATE }]], ['d']],
      ['an absent column', [[{ column: 'nothing', is: 'lt', value: 5 }]], []],
      [
        'one condition of several',
        [
          [
            { column: 'high', is: 'gt', value: 1 },
            { column: 'at', is: 'le', value: EARLY },
          ],
        ],
        ['c', 'e'],
      ],
      [
        'all lists of conditions',
        [[{ column: 'present', is: 'eq', value: true }], [{ column: 'high', is: 'ge', value: 1 }]],
        ['c'],
      ],
    ])('filters by %s', async (_, where, expected) => {
      expect(await keys({ where })).toEqual(expected);
    });

    it('continues after a page, with the same filter', async () => {
      const rows = { from: 'b' };
      const first = await page({ rows, limit: 2 });
      const second = await page({ rows, limit: 2, after: first.next });

      expect(first.rows.map(({ entity }) => entity.rowKey)).toEqual(['b', 'c']);
      expect(second.rows.map(({ entity }) => entity.rowKey)).toEqual(['d', 'e']);
      expect(first.next).toMatch(/^[\w-]+$/);
    });

    it.each(['', 'x', '!!', Buffer.from('{"a":1}').toString('base64url')])(
      'refuses %j as a continuation token',
      async (after) => {
        await expect(page({ after })).rejects.toMatchObject({ code: 'invalid' });
      },
    );

    it('reports a missing table as not provisioned', async () => {
      await expect(
        fixture.unprovisioned.page(TABLE, { partition, limit: 1 }),
      ).rejects.toMatchObject({ code: 'not-provisioned' });
    });
  });
}

const ROWS: readonly { readonly rowKey: string; readonly [column: string]: Column }[] = [
  { rowKey: 'a', present: true, high: 0 },
  { rowKey: 'b', state: 'it’s "done"', present: false, high: 1 },
  { rowKey: 'c', state: "o'clock", present: true, high: 2 },
  { rowKey: 'd', at: LATE },
  { rowKey: 'e', at: EARLY },
];
