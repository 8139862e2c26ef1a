/** By code unit, as registries and tables order their keys, whatever the machine's language. */
export function ordinal(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
