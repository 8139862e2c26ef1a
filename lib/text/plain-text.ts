import { stripVTControlCharacters } from 'node:util';
import { maskCredentialShapes } from './credential-shapes.ts';
import { truncate } from './truncate.ts';

/** Control, format (bidirectional overrides), private-use and lone surrogate characters. */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

/**
 * Makes untrusted text safe for a row, a log, an annotation or a terminal: one line of visible
 * characters, at most `max` UTF-16 units, with credentials masked.
 */
export function plainText(text: string, max: number): string {
  const visible = stripVTControlCharacters(text)
    .replaceAll(/[\s\p{Zl}\p{Zp}]/gu, ' ')
    .replace(UNPRINTABLE, '');
  // Masking comes last, because an unprintable character could split a credential.
  return truncate(maskCredentialShapes(visible.replaceAll(/ +/g, ' ').trim()), max);
}
