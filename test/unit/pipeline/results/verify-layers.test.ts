import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { readPatch } from '../../../../lib/pipeline/results/verify-layers.ts';
import { streamOf, tarOf } from '../../image/layer/layer-samples.ts';

const repository = RepositoryName.parse('patchwright-staging/team/api');

it.each([
  { what: 'read', wrong: 0 },
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

    const clock = { now: () => new Date(0) };
    const read = await readPatch({ clock, registry }, layers, new Date(1));

    expect(read).toEqual(
      wrong === 0
        ? { patch: { added: expect.anything(), source: expect.anything() } }
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

it('a download of the source ends soon after the time for reading it', async () => {
  const blob = await tarOf([{ name: 'var/lib/x', text: 'x' }]);
  const digest = digestOf(blob);
  const limits: (number | undefined)[] = [];
  const registry = {
    openBlob: async (_: unknown, __: unknown, timeoutMs?: number) => {
      limits.push(timeoutMs);
      return streamOf(blob, 64);
    },
  };
  const layer = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest,
    size: blob.byteLength,
  };
  const layers = {
    pinned: { repository, digest },
    source: [layer],
    added: [layer],
    diffIds: [digest],
  };

  await readPatch({ clock: { now: () => new Date(0) }, registry }, layers, new Date(5000));

  expect(limits).toEqual([undefined, 6000]);
});

it.each([
  ['read', 2],
  ['refused', 1.5],
])('two layers are %s if they may have the size of %s together', async (_, times) => {
  const blob = await tarOf([{ name: 'var/lib/x', text: 'x' }]);
  const digest = digestOf(blob);
  const layer = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest,
    size: blob.byteLength,
  };
  const read = await readPatch(
    {
      clock: { now: () => new Date(0) },
      registry: { openBlob: async () => streamOf(blob, 64) },
    },
    {
      pinned: { repository, digest },
      source: [],
      added: [layer, layer],
      diffIds: [digest, digest],
    },
    new Date(1),
    times * blob.byteLength,
  );

  expect(read.refused).toEqual(
    times === 2
      ? undefined
      : expect.objectContaining({
          reason: 'layer-suspicious',
          detail: `it has more than ${blob.byteLength / 2} bytes`,
        }),
  );
});
