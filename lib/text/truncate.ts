const HIGH_SURROGATE_AT_END = /[\uD800-\uDBFF]$/;

/** At most this many UTF-16 units from the start; never half of a character. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  return text.slice(0, max).replace(HIGH_SURROGATE_AT_END, '');
}
