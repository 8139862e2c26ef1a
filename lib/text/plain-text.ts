import { stripVTControlCharacters } from 'node:util';
import { maskCredentialShapes } from './credential-shapes.ts';
import { truncate } from './truncate.ts';

/** Control, format (bidirectional overrides), private-use and lone surrogate characters. */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

/**
 * Text of foreign origin as one line of what a person can see, at most `max` UTF-16 units, without
 * anything that looks like a credential: fit for a row, a log, an annotation, a terminal.
 */
export function plainText(text: string, max: number): string {
  const visible = stripVTControlCharacters(text)
    .replaceAll(/[\s\p{Zl}\p{Zp}]/gu, ' ')
    .replace(UNPRINTABLE, '');
  // Only now: an unprintable character could stand in the middle of a credential.
  return truncate(maskCredentialShapes(visible.replaceAll(/ +/g, ' ').trim()), max);
}
