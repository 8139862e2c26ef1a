import { describe, expect, it } from 'vitest';
import { Annotation } from '../../../../lib/image/annotations.ts';
import { digestOf, sha256Hex } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { existingTagReader } from '../../../../lib/pipeline/inventory/existing-tags.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');
const TAG = Tag.parse('v1-1');
const SOURCE = digestOf('source');
const CLAIM = {
  [Annotation.sourceRepository]: API,
  [Annotation.sourceDigest]: SOURCE,
  [Annotation.fingerprint]: sha256Hex('findings'),
};

async function read(
  annotations: Record<string, string>,
  options: { proven?: true; locked?: true },
) {
  const world = new UnitWorld();
  const { digest } = await seedImage(world.registry, {
    repository: API,
    tags: [TAG],
    layers: ['patch'],
    annotations,
  });
  const { inventory } = world.services;
  if (options.proven)
    await inventory.rememberPatches({ repository: API, digest: SOURCE }, [digest]);
  const { readExisting } = existingTagReader(world.services, API);
  const attributes = { tag: TAG, digest, ...(options.locked && { locked: true }) };
  return readExisting(attributes, Tag.parse('v1'));
}

describe('existingTagReader', () => {
  it('calls a patch ours only if the inventory holds its digest', async () => {
    const ours = await read(CLAIM, { proven: true });
    expect(ours.existing).toEqual({ tag: TAG, kind: 'ours', locked: false });
    expect(ours.claim?.proven).toBe(true);
    const claimed = await read(CLAIM, {});
    expect(claimed.existing.kind).toBe('claimed');
    expect(claimed.claim?.patch.sourceDigest).toBe(SOURCE);
  });

  it('calls an image without annotations foreign, and tells whether its tag is locked', async () => {
    const foreign = await read({}, { locked: true });
    expect(foreign.existing).toEqual({ tag: TAG, kind: 'foreign', locked: true });
    expect(foreign.claim).toBeUndefined();
  });
});
