import { describe, expect, it } from 'vitest';
import {
  counted,
  formatAge,
  formatShare,
  formatTime,
  inWords,
  shortDigest,
} from '../../../dashboard/model/format.ts';
import { visibleText } from '../../../dashboard/model/visible-text.ts';

const NOW = new Date('2026-11-30T08:00:00Z');

describe('text for people', () => {
  it.each([
    ['2026-11-30T07:59:30Z', 'just now'],
    ['2026-11-30T07:55:00Z', '5 min ago'],
    ['2026-11-29T08:00:00Z', '24 h ago'],
    ['2026-11-20T08:00:00Z', '10 days ago'],
    ['2026-11-30T10:00:00Z', 'in 2 h'],
  ])('says of %s at eight: %s', (time, text) => {
    expect(formatAge(time, NOW)).toBe(text);
  });

  it('counts, and shortens digests', () => {
    expect(counted(1, 'image')).toBe('1 image');
    expect(counted(10_000, 'image')).toBe('10,000 images');
    expect(shortDigest(`sha256:${'a'.repeat(64)}`)).toBe('sha256:aaaaaaaaaaaa');
    expect(formatTime('2026-11-30T02:00:59.000Z')).toBe('2026-11-30 02:00 UTC');
    expect(inWords('already-patched')).toBe('already patched');
  });

  it('says 100 % only of all, and 0 % only of none', () => {
    expect(formatShare(9999, 10_000)).toBe('99 %');
    expect(formatShare(1, 10_000)).toBe('1 %');
    expect(formatShare(3, 3)).toBe('100 %');
    expect(formatShare(0, 3)).toBe('0 %');
    expect(formatShare(0, 0)).toBe('–');
  });

  it('shows characters that hide or reorder text by their numbers', () => {
    expect(visibleText('api\u202Egnp.1')).toBe('api[U+202E]gnp.1');
    expect(visibleText('a\u0000b\u200Bc')).toBe('a[U+0000]b[U+200B]c');
    expect(visibleText('<b>é</b>')).toBe('<b>é</b>');
  });
});
