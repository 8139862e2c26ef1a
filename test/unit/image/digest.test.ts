import { expect, it } from 'vitest';
import { Digest, digestOf, sha256Hex } from '../../../lib/image/digest.ts';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

it('hashes texts and bytes alike', () => {
  expect(sha256Hex('')).toBe(EMPTY);
  expect(digestOf(new Uint8Array())).toBe(`sha256:${EMPTY}`);
  expect(digestOf('ä')).toBe(digestOf(Buffer.from('ä')));
});

it.each([
  [`sha256:${EMPTY}`, true],
  [EMPTY, false],
  [`sha512:${EMPTY}`, false],
  [`sha256:${EMPTY.toUpperCase()}`, false],
  [`sha256:${EMPTY.slice(1)}`, false],
  [`sha256:${EMPTY}0`, false],
  [`sha256:${EMPTY}\n`, false],
  [` sha256:${EMPTY}`, false],
])('%j is a digest: %s', (text, valid) => {
  expect(Digest.safeParse(text).success).toBe(valid);
});
