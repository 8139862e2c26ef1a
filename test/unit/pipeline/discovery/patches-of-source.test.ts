import { describe, expect, it } from 'vitest';
import { type Digest, digestOf, sha256Hex } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import type { ChosenConventions } from '../../../../lib/image/tag-convention.ts';
import { patchesOfSource } from '../../../../lib/pipeline/discovery/patches-of-source.ts';
import type { PatchClaim } from '../../../../lib/pipeline/inventory/known-patches.ts';
import type { TagAttributes } from '../../../../lib/registry/registry.ts';
import { Fingerprint } from '../../../../lib/report/finding.ts';

const V1 = Tag.parse('v1');
const SOURCE = digestOf('source');

function claim(name: string, proven = true, sourceDigest: Digest = SOURCE): PatchClaim {
  const fingerprint = Fingerprint.parse(sha256Hex(name));
  return {
    patch: { tag: Tag.parse(name), digest: digestOf(name), sourceDigest, fingerprint },
    proven,
  };
}

/** What a target of `v1` records, if `v1-patched` names the digest of `floating`. */
function found(
  claims: readonly PatchClaim[],
  chosen: ChosenConventions = { convention: 'incremental' },
  floating?: string,
) {
  const tags = new Map<Tag, TagAttributes>();
  const tag = Tag.parse('v1-patched');
  if (floating !== undefined) tags.set(tag, { tag, digest: digestOf(floating) });
  const result = patchesOfSource(claims, SOURCE, { tag: V1, chosen, tags });
  return { ...result, patches: result.patches.map((patch) => String(patch.tag)) };
}

describe('patchesOfSource', () => {
  it('lists proven patches of this source only, by number', () => {
    const others = [claim('v1-3', true, digestOf('other')), claim('v1-4', false)];
    const { patches, claims } = found([claim('v1-10'), claim('v1-2'), ...others]);
    expect(patches).toEqual(['v1-2', 'v1-10']);
    expect(claims?.map(({ tag }) => tag)).toEqual(['v1-4']);
  });

  it('records no claims and no earlier tag if there are none', () => {
    expect(found([claim('v1-1')])).toEqual({ patches: ['v1-1'] });
    expect(found([])).toEqual({ patches: [] });
  });

  it('leaves out patches newer than the one that the floating tag names', () => {
    const chosen = { convention: 'incremental', alsoFloating: 'floating' } as const;
    const all = [claim('v1-1'), claim('v1-2'), claim('v1-3')];
    expect(found(all, chosen, 'v1-2')).toEqual({
      patches: ['v1-1', 'v1-2'],
      earlierTag: 'v1-3',
      earlierDigest: digestOf('v1-3'),
    });
    expect(found(all, chosen)).toMatchObject({ patches: [], earlierTag: 'v1-3' });
  });

  it('needs a tag of the present convention for a patch under a former one', () => {
    const floating = { convention: 'floating' } as const;
    expect(found([claim('v1-1')], floating)).toMatchObject({ patches: [], earlierTag: 'v1-1' });
    expect(found([claim('v1-patched'), claim('v1-1')], floating).patches).toEqual(['v1-patched']);
  });

  it('counts a patch whose base was deleted as its own', () => {
    expect(found([claim('v1')]).patches).toEqual(['v1']);
  });
});
