import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import type { KnownPatch, Target } from '../../../../lib/pipeline/records/target.ts';
import { blockingClaim, olderClaim } from '../../../../lib/pipeline/results/older-claim.ts';
import { target } from '../run/run-samples.ts';

function claimOf(tag: string, fingerprint = 'then'): KnownPatch {
  return {
    tag: Tag.parse(tag),
    digest: digestOf(tag),
    sourceDigest: digestOf('source'),
    fingerprint,
  };
}

describe('the claim that blocks the floating tag of a target', () => {
  const floating = claimOf('v1-patched');
  const others = [claimOf('v1-1'), claimOf('v2-patched'), claimOf('v1-patched-1')];

  it.each<[string, Partial<Target>, KnownPatch | undefined]>([
    ['the one under that tag', { claims: [...others, floating] }, floating],
    ['none under other tags', { claims: others }, undefined],
    ['none without claims', {}, undefined],
    ['none if the tag has another fault', { claims: [floating], tagFault: 'tag-limit' }, undefined],
    ['none if the tag has no fault', { claims: [floating], tagFault: undefined }, undefined],
  ])('is %s', (_, change, claim) => {
    const blocked = target('app', 'v1', { tagFault: 'tag-ambiguous', ...change });

    expect(blockingClaim(blocked)).toBe(claim);
  });
});

describe('the older claim that the targets of an image verify', () => {
  const older = claimOf('v1-1');
  const verified: Partial<Target> = {
    claimed: true,
    staged: older.digest,
    fingerprint: 'now',
    claims: [claimOf('v1-2', 'now'), older],
  };

  it.each<[string, Partial<Target>, KnownPatch | undefined]>([
    ['the one that is verified, if it is for other findings', {}, older],
    ['none if it is for the same findings', { fingerprint: 'then' }, undefined],
    ['none if the staged image is a patch of this run', { claimed: undefined }, undefined],
    ['none if no claim has that digest', { staged: digestOf('other') }, undefined],
  ])('is %s', (_, change, claim) => {
    expect(olderClaim([target('app', 'v1', { ...verified, ...change })])).toBe(claim);
  });

  it('may be under a tag of another target', () => {
    const targets = [
      target('app', 'v1', { ...verified, claims: undefined }),
      target('app', 'v2', { claims: [older] }),
    ];

    expect(olderClaim(targets)).toBe(older);
  });

  it('is none without targets', () => {
    expect(olderClaim([])).toBeUndefined();
  });
});
