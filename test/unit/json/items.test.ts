import { expect, it } from 'vitest';
import * as z from 'zod';
import { items } from '../../../lib/json/items.ts';

const Named = z.strictObject({ name: z.string() });
const pathsOf = (parsed: z.ZodSafeParseResult<unknown>) =>
  parsed.error?.issues.map((issue) => issue.path.join('.'));

it('parses a valid list', () => {
  const parsed = items(Named, { most: 2 }).parse([{ name: 'a' }, { name: 'b' }]);

  expect(parsed).toEqual([{ name: 'a' }, { name: 'b' }]);
});

it('reports only the first of a million faulty items', () => {
  const list = z.object({ list: items(Named, { most: 2_000_000 }) });
  const values = [{ name: 'a' }, ...Array.from({ length: 1_000_000 }, () => 1)];

  const parsed = list.safeParse({ list: values });

  expect(pathsOf(parsed)).toEqual(['list.1']);
});

it('reports each fault of as many faulty items as requested', () => {
  const faulty = { name: 1, other: 1 };

  const parsed = items(Named, { most: 9, faultyItems: 2 }).safeParse([faulty, faulty, faulty]);

  expect(pathsOf(parsed)).toEqual(['0.name', '0', '1.name', '1']);
});

it.each([
  ['too few items', [], 'too_small'],
  ['too many items', [{ name: 'a' }, { name: 'b' }, { name: 'c' }], 'too_big'],
  ['a value that is not a list', { length: 1 }, 'invalid_type'],
])('refuses %s', (_, value, code) => {
  const parsed = items(Named, { least: 1, most: 2 }).safeParse(value);

  expect(parsed.error?.issues).toMatchObject([{ code }]);
});
