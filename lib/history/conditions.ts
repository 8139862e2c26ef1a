import type { Condition, KeyRange } from '../storage/table-queries.ts';

/** One of these words; no condition without words. */
export function oneOf(column: string, words: readonly string[]): readonly (readonly Condition[])[] {
  return words.length === 0 ? [] : [words.map((value) => ({ column, is: 'eq', value }))];
}

export function when(
  given: boolean,
  condition: () => Condition,
): readonly (readonly Condition[])[] {
  return given ? [[condition()]] : [];
}

/** Sorts after every character that a key or a name may have. */
const ABOVE = '~';

/** The keys with this beginning: tables compare texts, and match no patterns. */
export function beginning(prefix: string): Required<KeyRange> {
  return { from: prefix, below: prefix + ABOVE };
}

/** The rows whose column has this beginning. */
export function beginsWith(column: string, prefix: string): readonly (readonly Condition[])[] {
  const { from, below } = beginning(prefix);
  return [[{ column, is: 'ge', value: from }], [{ column, is: 'lt', value: below }]];
}
