import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { readAddedLayers } from '../../../../lib/pipeline/results/read-added-layers.ts';
import { secondsAfter } from '../../../../lib/pipeline/services.ts';
import { tarOf } from '../../image/layer/layer-samples.ts';
import { REPOSITORY, type Slowness, slowBlobs } from './slow-blobs.ts';

const TAR = await tarOf([{ name: 'var/lib/x', text: 'x'.repeat(100_000) }]);
const OTHER = await tarOf([{ name: 'var/lib/y', text: 'y' }]);

interface Setup {
  readonly tars?: readonly Uint8Array[];
  readonly slowness?: Slowness;
  /** Added to the size in the manifest. */
  readonly wrong?: number;
  readonly maxBytes?: number;
  /** In place of what the registry has. */
  readonly stored?: readonly Uint8Array[];
}

async function read({ tars = [TAR], slowness = {}, wrong = 0, maxBytes, stored }: Setup = {}) {
  const blobs = tars.map((tar) => gzipSync(tar, { level: 0 }));
  const world = slowBlobs(slowness, stored ?? blobs);
  const layers = blobs.map((blob) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: digestOf(blob),
    size: blob.byteLength + wrong,
  }));
  const added = { repository: REPOSITORY, layers, diffIds: tars.map((tar) => digestOf(tar)) };
  const limits = { until: secondsAfter(world.clock.now(), 300) };
  return readAddedLayers(world, added, maxBytes === undefined ? limits : { ...limits, maxBytes });
}

const suspicious = (detail: string) => ({
  refused: { state: 'rejected', reason: 'layer-suspicious', detail },
});

it('reads the files of each layer', async () => {
  const { files } = { files: [], ...(await read({ tars: [TAR, OTHER] })) };

  expect(files.map(({ changed }) => [...changed.keys()])).toEqual([['var/lib/x'], ['var/lib/y']]);
});

it.each([1, -1])(
  'refuses a layer whose size differs by %i from the declared one',
  async (wrong) => {
    const detail = 'a layer has another size than its manifest says';

    expect(await read({ wrong })).toEqual(suspicious(detail));
  },
);

it('refuses layers that are too large together', async () => {
  const maxBytes = 2 * OTHER.byteLength;

  expect(await read({ tars: [OTHER, OTHER], maxBytes })).toMatchObject({ files: [{}, {}] });
  expect(await read({ tars: [OTHER, OTHER], maxBytes: maxBytes - 1 })).toEqual(
    suspicious(`it has more than ${OTHER.byteLength - 1} bytes`),
  );
});

it('fails if the staging repository has lost a layer', async () => {
  expect(await read({ stored: [] })).toEqual({
    refused: { state: 'failed', reason: 'staging-missing' },
  });
});

describe('layers are late', () => {
  it.each<[string, Setup]>([
    ['if one comes slowly without ever stalling', { slowness: { chunkSeconds: 2 } }],
    ['if one stalls', { slowness: { stalls: true } }],
    [
      'if they take too long together, though none does alone',
      { tars: [OTHER, OTHER, TAR], slowness: { openSeconds: 150 } },
    ],
  ])('%s', async (_, setup) => {
    expect(await read(setup)).toEqual({ late: true });
  });

  it('but not if they come slowly within the time', async () => {
    expect(await read({ slowness: { chunkSeconds: 1 } })).toMatchObject({ files: [{}] });
  });
});
