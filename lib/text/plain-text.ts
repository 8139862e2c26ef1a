import { stripVTControlCharacters } from 'node:util';
import { maskCredentialShapes } from './credential-shapes.ts';
import { shorten } from './shorten.ts';

/**
 * Invisible characters: control, format (they reorder text), private-use, lone surrogates, and
 * the separators of lines and paragraphs.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;
const ALL_HIDDEN = new RegExp(HIDDEN, 'gu');

/**
 * Makes untrusted text safe for a row, a log, an annotation or a terminal: one line of visible
 * characters, at most `max` UTF-16 units, with credentials masked.
 */
export function plainText(text: string, max: number): string {
  const visible = withoutHidden(
    stripVTControlCharacters(text).replaceAll(/[\s\p{Zl}\p{Zp}]/gu, ' '),
  );
  // Masking comes last, because a hidden character could split a credential.
  return shorten(maskCredentialShapes(visible.replaceAll(/ +/g, ' ').trim()), max);
}

export function withoutHidden(text: string): string {
  return text.replace(ALL_HIDDEN, '');
}

export function hasHidden(text: string): boolean {
  return HIDDEN.test(text);
}
