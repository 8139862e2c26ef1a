import { expect, it } from 'vitest';
import * as z from 'zod';
import { jsonColumn } from '../../../../../lib/pipeline/stores/tables/json-column.ts';

const Column = jsonColumn(z.array(z.string()));

it('stores a value as text and reads it back', () => {
  const text = z.encode(Column, ['a', 'ä"']);

  expect(text).toBe('["a","ä\\""]');
  expect(Column.parse(text)).toEqual(['a', 'ä"']);
});

it.each([
  ['no JSON', '[', 'not JSON'],
  ['an empty text', '', 'not JSON'],
  ['JSON of another shape', '[1]', 'expected string'],
  ['a value that is no text', ['a'], 'expected string'],
])('refuses %s with an issue, and does not throw', (_, stored, message) => {
  const issues = Column.safeParse(stored).error?.issues;

  expect(issues).toMatchObject([{ message: expect.stringContaining(message) }]);
});
