import { expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { claimedBase } from '../../../lib/lineage/claimed-base.ts';

const NAME = 'org.opencontainers.image.base.name';
const DIGEST = 'org.opencontainers.image.base.digest';
const digest = digestOf('a base');

it('is what the image claims', () => {
  const name = 'docker.io/library/debian:12-slim';
  expect(claimedBase({ [NAME]: name, [DIGEST]: digest })).toEqual({
    name,
    digest,
    malformed: false,
  });
  expect(claimedBase({ [NAME]: name })).toEqual({ name, digest: null, malformed: false });
});

it('is absent without a claim', () => {
  expect(claimedBase({ other: 'x' })).toBeUndefined();
  expect(claimedBase({})).toBeUndefined();
});

it.each([
  ['too long', 'a'.repeat(513)],
  ['with markup', '<b>debian</b>'],
  ['that turns text around', 'debian\u202e:12'],
  ['with two lines', 'debian:12\nroot'],
  ['empty', ''],
  ['that is no text', { a: 1 }],
])('leaves out a name %s', (_, name) => {
  expect(claimedBase({ [NAME]: name, [DIGEST]: digest })).toEqual({
    name: null,
    digest,
    malformed: true,
  });
});

it('leaves out text that is not a digest', () => {
  const claim = { [NAME]: 'debian:12', [DIGEST]: 'sha256:12' };
  expect(claimedBase(claim)).toEqual({ name: 'debian:12', digest: null, malformed: true });
});
