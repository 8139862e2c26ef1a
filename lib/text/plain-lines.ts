import { stripVTControlCharacters } from 'node:util';
import { withoutHidden } from './plain-text.ts';

/** Splits a program's output into lines of visible characters, without empty lines. */
export function plainLines(output: string): string[] {
  return stripVTControlCharacters(output)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => withoutHidden(line.replaceAll('\t', ' ')).trimEnd())
    .filter((line) => line !== '');
}
