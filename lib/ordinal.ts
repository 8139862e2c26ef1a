/** Compares by code unit, as registries and tables do, independent of the locale. */
export function ordinal(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
