import { describe, expect, it } from 'vitest';
import {
  checkEntity,
  checkEtag,
  checkKey,
  checkKeys,
  isInt32,
} from '../../../lib/storage/entity-rules.ts';
import { type Column, TABLES } from '../../../lib/storage/tables.ts';

const ROW = { partitionKey: 'p', rowKey: 'r' };
const check = (columns: Readonly<Record<string, Column>>) => () =>
  checkEntity(TABLES.jobs, { ...ROW, ...columns });
const INVALID = expect.objectContaining({ code: 'invalid' });

describe('a key', () => {
  it.each(['a', '-._~:@!$()*,;=+|', 'k'.repeat(512)])('may be %j', (key) => {
    expect(() => checkKey(TABLES.jobs, 'row key', key)).not.toThrow();
  });

  it.each([
    '',
    'a/b',
    'a\\b',
    'a#b',
    'a?b',
    'a%b',
    "a'b",
    'a"b',
    'a{b',
    'a b',
    'é',
    'k'.repeat(513),
  ])('must not be %j', (key) => {
    expect(() => checkKey(TABLES.jobs, 'row key', key)).toThrow(INVALID);
  });

  it('is named, escaped and shortened in the message', () => {
    expect(() => checkKeys(TABLES.jobs, 'p', `\u0007${'x'.repeat(100)}`)).toThrow(
      `PatchwrightJobs: row key "\\u0007${'x'.repeat(79)}…" must be 1 to 512 of A-Z`,
    );
    expect(() => checkKeys(TABLES.jobs, '', 'r')).toThrow('partition key ""');
  });
});

describe('an ETag', () => {
  it('may be a weak one of the service', () => {
    expect(() => checkEtag(TABLES.jobs, `W/"datetime'2026'"`)).not.toThrow();
  });

  it.each(['*', '', '"1"', 'W/"*"', 'W/""', 'W/"a" or W/"b"'])('must not be %j', (etag) => {
    expect(() => checkEtag(TABLES.jobs, etag)).toThrow(INVALID);
  });
});

describe('a column', () => {
  it.each(['a', 'camelCase', 'a1', `a${'b'.repeat(254)}`])('may be named %j', (name) => {
    expect(check({ [name]: 1 })).not.toThrow();
  });

  it.each([
    'A',
    '1a',
    'a_b',
    'a.b',
    '',
    'timestamp',
    'timeStamp',
    'etag',
    'eTag',
    'constructor',
    'toString',
    `a${'b'.repeat(255)}`,
  ])('must not be named %j', (name) => {
    expect(check({ [name]: 1 })).toThrow(`"${name.slice(0, 80)}`);
  });

  it.each<readonly [string, Column]>([
    ['the largest string', 'x'.repeat(32 * 1024)],
    ['a fraction', 0.5],
    ['false', false],
    ['the year 1601', new Date('1601-01-01T00:00:00Z')],
    ['the end of the year 9999', new Date('9999-12-30T23:59:59.999Z')],
  ])('may hold %s', (_, value) => {
    expect(check({ value })).not.toThrow();
  });

  it.each<readonly [string, Column, string]>([
    ['a longer string', 'x'.repeat(32 * 1024 + 1), 'is longer than 32768 characters'],
    ['half a surrogate pair', 'a\ud800', 'is not well-formed Unicode'],
    ['an infinite number', Number.POSITIVE_INFINITY, 'is not a finite number'],
    ['NaN', Number.NaN, 'is not a finite number'],
    ['a date before 1601', new Date('1600-12-31T23:59:59Z'), 'is not a date between'],
    ['a date after 9999', new Date('9999-12-31T00:00:00Z'), 'is not a date between'],
    ['an invalid date', new Date('x'), 'is not a date between'],
  ])('must not hold %s', (_, value, fault) => {
    expect(check({ value })).toThrow(`PatchwrightJobs (p, r): column value ${fault}`);
  });

  it('must not hold null', () => {
    const columns: Record<string, Column> = JSON.parse('{"value":null}');

    expect(check(columns)).toThrow('is neither a string, a number, a boolean nor a date');
  });
});

describe('an entity', () => {
  const columnsOf = (count: number, value: Column) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`c${at}`, value]));

  it('has at most 252 columns', () => {
    expect(check(columnsOf(252, 1))).not.toThrow();
    expect(check(columnsOf(253, 1))).toThrow('more than 252 columns');
  });

  it('is measured in its larger form', () => {
    const stored = 4 + (8 + 24 + 4 + 2) + (8 + 12 + 4 + 2) + (8 + 8 + 4 + 2000);
    expect(check({ text: 'x'.repeat(1000) })()).toBe(stored);

    const sent = JSON.stringify({ ...ROW, text: '€'.repeat(1000) });
    expect(check({ text: '€'.repeat(1000) })()).toBe(Buffer.byteLength(sent) + 22 + 3 * 40);
  });

  it('has at most 1 MiB', () => {
    const text = 'x'.repeat(32 * 1024);

    expect(check(columnsOf(15, text))).not.toThrow();
    expect(check(columnsOf(16, text))).toThrow(/\d+ bytes, more than 1048576/);
  });
});

it.each([
  [-(2 ** 31), true],
  [2 ** 31 - 1, true],
  [-(2 ** 31) - 1, false],
  [2 ** 31, false],
  [0.5, false],
])('decides whether %d is an Int32: %s', (value, answer) => {
  expect(isInt32(value)).toBe(answer);
});
