import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { timeOfDatabase } from '../../../../lib/pipeline/discovery/database-time.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { MemoryRegistry } from '../../../fakes/memory-registry.ts';
import { type ImageSeed, seedImage } from '../../../fakes/registry/seed-image.ts';
import { tarOf } from '../../image/layer/layer-samples.ts';

const repository = RepositoryName.parse('patchwright/trivy-db');
const tag = Tag.parse('2');
const CREATED = 'org.opencontainers.image.created';
const TIME = '2026-11-22T18:00:00.000Z';
const OTHER = '2026-11-21T18:00:00.000Z';

const registry = new MemoryRegistry({ clock: new ManualClock() });

/** Pushes a database as its only tag. */
async function push(seed: Partial<ImageSeed>) {
  await seedImage(registry, { repository, tags: [tag], ...seed });
  const stored = await registry.manifest(repository, tag);
  if (stored === undefined) throw new Error('there is no database');
  return stored;
}

const layerMadeAt = (time: string) =>
  tarOf([{ name: 'metadata.json', text: JSON.stringify({ UpdatedAt: time }) }]);

it('prefers the annotation, and then reads no layer', async () => {
  const stored = await push({
    annotations: { [CREATED]: TIME },
    layers: [await layerMadeAt(OTHER)],
  });
  const unread = { openBlob: () => expect.fail('no layer is needed') };

  expect(await timeOfDatabase(unread, repository, stored)).toEqual(new Date(TIME));
});

it.each([
  ['no annotation', {}],
  ['an annotation that is not a time', { [CREATED]: 'yesterday' }],
])('reads the file beside the database if there is %s', async (_, annotations) => {
  const stored = await push({ annotations, layers: [await layerMadeAt(TIME)] });

  expect(await timeOfDatabase(registry, repository, stored)).toEqual(new Date(TIME));
});

it.each([
  ['has no time in its layer', async () => tarOf([{ name: 'trivy.db' }])],
  ['has a layer that does not unpack', async () => 'not a tar'],
])('is unknown for a database that %s', async (_, layer) => {
  const stored = await push({ layers: [await layer()] });

  expect(await timeOfDatabase(registry, repository, stored)).toBe('unknown');
});

it('is no database without a layer, without its content, or without a manifest', async () => {
  const empty = await push({ annotations: { [CREATED]: TIME }, layers: [] });
  expect(await timeOfDatabase(registry, repository, empty)).toBe('not-a-database');

  const stored = await push({ layers: [await layerMadeAt(TIME)] });
  const without = { openBlob: async () => undefined };
  expect(await timeOfDatabase(without, repository, stored)).toBe('not-a-database');

  const bytes = Buffer.from('{}');
  const broken = { ...stored, bytes, digest: digestOf(bytes) };
  expect(await timeOfDatabase(registry, repository, broken)).toBe('not-a-database');
});

it('is unknown, and the request has a limit, if the layer stalls', async () => {
  const stored = await push({ layers: [await layerMadeAt(TIME)] });
  const limits: (number | undefined)[] = [];
  async function* stalled(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(512);
    throw new Error('aborted');
  }
  const stalling = {
    openBlob: async (_: unknown, __: unknown, limitMs?: number) => {
      limits.push(limitMs);
      return stalled();
    },
  };

  expect(await timeOfDatabase(stalling, repository, stored)).toBe('unknown');
  expect(limits).toEqual([120_000]);
});
