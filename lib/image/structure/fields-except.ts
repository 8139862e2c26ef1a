import { isDeepStrictEqual } from 'node:util';

type Fields = Readonly<Record<string, unknown>>;

/** An object's fields but these: for comparing what two versions of it must have in common. */
export function fieldsExcept(object: Fields, excepted: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !excepted.includes(key)));
}

/** Whether all that `after` says, `before` said too: what BuildKit does not know it drops. */
export function saysNothingNew(before: Fields, after: Fields): boolean {
  const known = new Map(Object.entries(before));
  return Object.entries(after).every(
    ([key, value]) => known.has(key) && isDeepStrictEqual(known.get(key), value),
  );
}
