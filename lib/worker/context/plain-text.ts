import { stripVTControlCharacters } from 'node:util';
import { UNPRINTABLE } from '../../text/plain-text.ts';

/** The lines of a program's output as they would look on paper; empty ones are left out. */
export function plainLines(output: string): string[] {
  return stripVTControlCharacters(output)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replaceAll('\t', ' ').replace(UNPRINTABLE, '').trimEnd())
    .filter((line) => line !== '');
}

/** The last lines as one line of at most `longest` UTF-16 units, for a result or a log. */
export function tailMessage(lines: readonly string[], count: number, longest: number): string {
  const joined = lines.slice(-count).join(' | ');
  const tail = joined.length > longest ? `…${joined.slice(1 - longest)}` : joined;
  // The cut may have halved a character: through UTF-8 the half becomes a replacement character.
  return Buffer.from(tail).toString();
}
