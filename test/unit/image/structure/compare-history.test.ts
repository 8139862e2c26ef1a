import { describe, expect, it } from 'vitest';
import { historyChange } from '../../../../lib/image/structure/compare-history.ts';

const ADD = { created: '2024-05-01T09:00:00.120Z', created_by: 'ADD rootfs.tar /' };
const COPY = { created: '2024-05-01T10:00:00Z', created_by: 'COPY app /app', comment: 'buildkit' };
const PATCH = { created: '2026-11-23T02:00:00Z', created_by: 'RUN apt-get install' };

it('finds no change if entries were only appended', () => {
  expect(historyChange([ADD, COPY], [ADD, COPY, PATCH], 3)).toBeUndefined();
});

it('finds no change in an equal entry with unknown fields', () => {
  const foreign = { ...ADD, note: 'x' };

  expect(historyChange([foreign], [foreign, PATCH], 1)).toBeUndefined();
});

it('names the first entry that was changed, removed or moved', () => {
  expect(historyChange([ADD, COPY], [ADD, { ...COPY, comment: 'other' }], 3)).toBe(
    'history entry 1',
  );
  expect(historyChange([ADD, COPY], [ADD], 3)).toBe('history entry 1');
  expect(historyChange([ADD, COPY], [COPY, ADD], 3)).toBe('history entry 0');
});

it.each([
  [2, undefined],
  [1, 'history has too many new entries'],
])('allows one new entry for each layer: two for %d layers', (layers, change) => {
  expect(historyChange([ADD], [ADD, PATCH, PATCH], layers)).toBe(change);
});

it('accepts that BuildKit marks the entries without a layer as empty, and no others', () => {
  const empty = (entry: object) => ({ ...entry, empty_layer: true });
  const before = [ADD, COPY, ADD, empty(COPY), COPY];

  expect(
    historyChange(before, [ADD, COPY, empty(ADD), empty(COPY), empty(COPY), empty(PATCH)], 2),
  ).toBeUndefined();
  expect(historyChange(before, [ADD, empty(COPY), empty(ADD), empty(COPY), empty(COPY)], 2)).toBe(
    'history entry 1',
  );
  expect(historyChange(before, [ADD, COPY, empty(COPY)], 2)).toBe('history entry 2');
});

it('accepts an entry without a layer that BuildKit left as it was', () => {
  expect(historyChange([ADD, COPY], [ADD, COPY], 1)).toBeUndefined();
});

it('counts no layer for an entry that is marked as empty', () => {
  const empty = { ...COPY, empty_layer: true };

  expect(historyChange([empty, ADD], [empty, { ...ADD, empty_layer: true }], 1)).toBe(
    'history entry 1',
  );
});

describe('an entry that BuildKit rewrote', () => {
  it.each([
    ['drops empty fields', { ...ADD, author: '', empty_layer: false }, ADD],
    ['drops unknown fields', { ...ADD, note: 'x' }, ADD],
    ['fills in an absent time', { created_by: 'ADD' }, { ...ADD, created_by: 'ADD' }],
    ['writes a time with more zeros', ADD, { ...ADD, created: '2024-05-01T09:00:00.120000Z' }],
    [
      'writes a time without a fraction',
      { created: '2024-05-01T09:00:00.000Z' },
      { created: '2024-05-01T09:00:00Z' },
    ],
    ['writes a time in another zone', ADD, { ...ADD, created: '2024-05-01T11:00:00.12+02:00' }],
  ])('is equal if BuildKit %s', (_, before, after) => {
    expect(historyChange([before], [after], 1)).toBeUndefined();
  });

  it.each([
    ['gained an unknown field', ADD, { ...ADD, note: 'x' }],
    ['lost its author', { ...ADD, author: 'a' }, ADD],
    ['became empty', ADD, { ...ADD, empty_layer: true }],
    ['lost its time', ADD, { created_by: ADD.created_by }],
    [
      'is a nanosecond later',
      { created: '2024-05-01T09:00:00.120000001Z' },
      { created: '2024-05-01T09:00:00.120000002Z' },
    ],
    [
      'has a fraction with another number of zeros',
      { created: '2024-05-01T09:00:00.1Z' },
      { created: '2024-05-01T09:00:00.01Z' },
    ],
    ['has a time that is not a string', ADD, { ...ADD, created: 1714554000 }],
    [
      'had a time that is not a string',
      { created: 1714554000 },
      { created: '2024-05-01T09:00:00Z' },
    ],
    [
      'has a time in a list',
      { created: '2024-05-01T09:00:00Z' },
      { created: ['2024-05-01T09:00:00.0Z'] },
    ],
    [
      'had a time in a list',
      { created: ['2024-05-01T09:00:00Z'] },
      { created: '2024-05-01T09:00:00.0Z' },
    ],
    ['has text instead of a time', { created: 'yesterday' }, { created: 'today' }],
    [
      'has a month that does not exist',
      { created: '2024-13-01T09:00:00Z' },
      { created: '2024-14-01T09:00:00Z' },
    ],
    [
      'has text before its time',
      { created: '.2024-05-01T09:00:00Z' },
      { created: '2024-05-01T09:00:00Z' },
    ],
    [
      'has text after its time',
      { created: '2024-05-01T09:00:00Z' },
      { created: '2024-05-01T09:00:00Z!' },
    ],
  ])('is changed if it %s', (_, before, after) => {
    expect(historyChange([before], [after], 1)).toBe('history entry 0');
  });

  it('is equal if its time is unreadable but unchanged', () => {
    const entry = { created: 'yesterday', author: '' };

    expect(historyChange([entry], [{ created: 'yesterday' }], 1)).toBeUndefined();
  });
});
