import { expect, it } from 'vitest';
import { requireDigest } from '../../../lib/registry/require-digest.ts';

it('accepts the expected digest and throws at any other', () => {
  expect(() => requireDigest('read x', { expected: 'a', actual: 'a' })).not.toThrow();
  expect(() => requireDigest('read x', { expected: 'a', actual: 'b' })).toThrow(
    expect.objectContaining({
      code: 'digest-mismatch',
      message: 'read x: the content has the digest b',
    }),
  );
});
