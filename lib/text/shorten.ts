import { truncate } from './truncate.ts';

/** Share of the text that may be dropped so that it ends with a whole word. */
const MAX_LOSS = 0.2;
const LAST_SPACE = /\s\S*$/;

/** Cuts the text to at most `max` UTF-16 units, after a whole word if one ends near, and marks the cut. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  if (max < 1) return '';
  const cut = truncate(text, max - 1);
  const isWhole = /\s/.test(text.charAt(cut.length));
  const space = isWhole ? cut.length : cut.search(LAST_SPACE);
  const end = space >= max * (1 - MAX_LOSS) ? space : cut.length;
  return `${cut.slice(0, end).trimEnd()}…`;
}
