import { isDeepStrictEqual } from 'node:util';

type Fields = Readonly<Record<string, unknown>>;

/** Returns an object's fields without the excepted ones. */
export function fieldsExcept(object: Fields, excepted: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !excepted.includes(key)));
}

/** True if `after` has no new or changed field. It may lack some: BuildKit drops unknown fields. */
export function saysNothingNew(before: Fields, after: Fields): boolean {
  const known = new Map(Object.entries(before));
  return Object.entries(after).every(
    ([key, value]) => known.has(key) && isDeepStrictEqual(known.get(key), value),
  );
}
