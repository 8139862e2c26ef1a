import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { readPatch } from '../../../../lib/pipeline/results/verify-layers.ts';
import { secondsAfter } from '../../../../lib/pipeline/services.ts';
import { tarOf } from '../../image/layer/layer-samples.ts';
import { REPOSITORY, type Slowness, slowBlobs } from './slow-blobs.ts';

const BLOB = await tarOf([{ name: 'var/lib/x', text: 'x' }]);

/** Reads a patch whose only added layer is the source's layer, with 300 and 400 seconds. */
async function read(slowness: Slowness) {
  const digest = digestOf(BLOB);
  const world = slowBlobs(slowness, [BLOB]);
  const layer = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest,
    size: BLOB.byteLength,
  };
  const layers = {
    pinned: { repository: REPOSITORY, digest },
    source: [layer],
    added: [layer],
    diffIds: [digest],
  };
  const until = {
    added: secondsAfter(world.clock.now(), 300),
    source: secondsAfter(world.clock.now(), 400),
  };
  return { limits: world.limits, patch: await readPatch(world, layers, until) };
}

it('downloads end soon after the times for reading the added layers and the source', async () => {
  const { limits, patch } = await read({ openSeconds: 100 });

  expect(patch).toMatchObject({ patch: { source: { complete: true } } });
  expect(limits).toEqual([301_000, 301_000]);
});

it('a source that is not read in time is incomplete', async () => {
  const { patch } = await read({ openSeconds: 250 });

  expect(patch).toMatchObject({ patch: { source: { complete: false } } });
});

it('a patch whose added layers are not read in time is late, and its source is not read', async () => {
  const { limits, patch } = await read({ openSeconds: 350 });

  expect(patch).toEqual({ late: true });
  expect(limits).toHaveLength(1);
});
