/** An object's fields but these: for comparing what two versions of it must have in common. */
export function fieldsExcept(
  object: Readonly<Record<string, unknown>>,
  excepted: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !excepted.includes(key)));
}
