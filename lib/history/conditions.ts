import type { Condition } from '../storage/table-queries.ts';

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
export const ABOVE = '~';
