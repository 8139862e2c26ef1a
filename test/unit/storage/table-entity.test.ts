import { describe, expect, it } from 'vitest';
import { fromTableEntity, isColumn, toTableEntity } from '../../../lib/storage/table-entity.ts';
import { TABLES } from '../../../lib/storage/tables.ts';

const KEYS = { partitionKey: 'p', rowKey: 'r' };

describe('toTableEntity', () => {
  it('sends every number that is not an Int32 as a Double', () => {
    const sent = toTableEntity({ ...KEYS, small: 7, large: 2 ** 31, fraction: 0.5 });

    expect(sent).toEqual({
      ...KEYS,
      small: 7,
      large: { type: 'Double', value: 2 ** 31 },
      fraction: { type: 'Double', value: 0.5 },
    });
  });

  it('sends strings, flags and dates unchanged', () => {
    const columns = { text: 'a', flag: false, at: new Date(0) };

    expect(toTableEntity({ ...KEYS, ...columns })).toEqual({ ...KEYS, ...columns });
  });
});

describe('fromTableEntity', () => {
  const found = { ...KEYS, etag: 'W/"1"' };

  it('keeps the columns, and drops the fields of the service', () => {
    const stored = fromTableEntity(TABLES.jobs, {
      ...found,
      timestamp: '2026-11-23T02:00:00Z',
      'odata.metadata': 'x',
      count: 1,
    });

    expect(stored).toEqual({ entity: { ...KEYS, count: 1 }, etag: 'W/"1"' });
  });

  it.each(['partitionKey', 'rowKey', 'etag'])('refuses a row without its %s', (field) => {
    expect(() => fromTableEntity(TABLES.jobs, { ...found, [field]: undefined })).toThrow(
      expect.objectContaining({ code: 'unexpected' }),
    );
  });

  it('refuses a column of a type that the app never writes', () => {
    expect(() => fromTableEntity(TABLES.jobs, { ...found, big: 1n })).toThrow(
      expect.objectContaining({
        code: 'malformed',
        message: 'PatchwrightJobs (p, r): column big has an unknown type',
      }),
    );
  });
});

it.each<readonly [unknown, boolean]>([
  ['', true],
  [0, true],
  [false, true],
  [new Date(0), true],
  [null, false],
  [undefined, false],
  [{}, false],
  [1n, false],
])('decides whether %o is a column: %s', (value, answer) => {
  expect(isColumn(value)).toBe(answer);
});
