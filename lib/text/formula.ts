/** What a spreadsheet takes for the beginning of a formula, also in its full-width forms. */
const FORMULA = /^[\s\p{Cc}\p{Cf}]*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20]/u;

/** Marks text that a spreadsheet would evaluate, so that it shows the text. Idempotent. */
export function withoutFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
