import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { verifyLayers } from '../../../../lib/pipeline/results/verify-layers.ts';
import { streamOf, tarOf } from '../../image/layer/layer-samples.ts';

const repository = RepositoryName.parse('patchwright-staging/team/api');
const reports = { before: { SchemaVersion: 2 }, after: { SchemaVersion: 2 }, fixed: [] } as const;

it.each([
  { what: 'accepted', wrong: 0 },
  { what: 'refused', wrong: 1 },
  { what: 'refused', wrong: -1 },
])(
  'a layer is $what if its size differs by $wrong bytes from the declared one',
  async ({ wrong }) => {
    const tar = await tarOf([{ name: 'var/lib/x', text: 'x'.repeat(100_000) }]);
    const blob = gzipSync(tar);
    const digest = digestOf(blob);
    const registry = { openBlob: async () => streamOf(blob, 64) };
    const size = blob.byteLength + wrong;
    const layers = {
      pinned: { repository, digest },
      source: [],
      added: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size }],
      diffIds: [digestOf(tar)],
    };

    const check = await verifyLayers(
      { clock: { now: () => new Date(0) }, registry },
      layers,
      reports,
    );

    expect(check).toEqual(
      wrong === 0
        ? { unowned: 1, regained: [] }
        : {
            refused: {
              state: 'rejected',
              reason: 'layer-suspicious',
              detail: 'a layer has another size than its manifest says',
            },
          },
    );
  },
);
