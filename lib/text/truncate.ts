const HIGH_SURROGATE_AT_END = /[\uD800-\uDBFF]$/;

/** Cuts the text to `max` UTF-16 units, never inside a character. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  return text.slice(0, max).replace(HIGH_SURROGATE_AT_END, '');
}
