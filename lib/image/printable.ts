import { truncate } from '../text/truncate.ts';

/** Text of foreign origin for a log or a report: nothing in it can forge a line or turn it around. */
export function printable(text: string, maxLength = 256): string {
  return truncate(text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?'), maxLength);
}
