import { expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { type Descriptor, MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';
import { readReferrers } from '../../../lib/lineage/referrers.ts';
import { withinTime } from '../../../lib/lineage/within-time.ts';
import { RegistryError } from '../../../lib/registry/registry.ts';
import { untilAborted } from './lineage-samples.ts';

const repository = RepositoryName.parse('team/api');
const [image, index] = [digestOf('image'), digestOf('index')];
const referrer = (text: string, more: Partial<Descriptor> = {}): Descriptor => ({
  ...{ mediaType: MediaType.ociManifest, digest: digestOf(text), size: 7 },
  ...more,
});

function read(lists: Readonly<Record<string, readonly Descriptor[] | RegistryError>>) {
  const registry = {
    referrers: async (_: unknown, digest: string, options?: { readonly enough?: number }) => {
      expect(options).toEqual({ enough: 21 });
      const list = lists[digest] ?? [];
      if (list instanceof RegistryError) throw list;
      return list;
    },
  };
  return withinTime(untilAborted, 1, (ask) =>
    readReferrers(ask, registry, repository, Object.keys(lists).map(digestIn)),
  );
}
const digestIn = (text: string) => (text === image ? image : index);

it('are those of the image and of its index, each once', async () => {
  const vex = referrer('vex', { artifactType: 'application/vnd.openvex+json' });
  const { items, more, unread } = await read({ [image]: [vex], [index]: [vex, referrer('x')] });

  expect(items).toEqual([
    { artifactType: vex.artifactType, digest: vex.digest, size: 7, createdAt: null },
    { artifactType: null, digest: digestOf('x'), size: 7, createdAt: null },
  ]);
  expect({ more, unread }).toEqual({ more: false, unread: null });
});

it('are at most 20, and it says if there are others', async () => {
  const many = Array.from({ length: 21 }, (_, n) => referrer(`${n}`));
  expect(await read({ [image]: many.slice(1) })).toMatchObject({ more: false });
  const { items, more } = await read({ [image]: many });

  expect(items).toHaveLength(20);
  expect(more).toBe(true);
});

it.each([
  ['2026-11-24T02:00:00Z', '2026-11-24T02:00:00.000Z'],
  ['2026-11-24T02:00:00.5+02:00', '2026-11-24T00:00:00.500Z'],
  ['9999-12-31T23:59:59-01:00', null],
  ['0000-01-01T00:00:00+01:00', null],
  ['2026-02-31T00:00:00Z', null],
  ['yesterday', null],
])('have the time of their annotation only if it is valid: %s', async (created, expected) => {
  const annotations = { 'org.opencontainers.image.created': created };
  const { items } = await read({ [image]: [referrer('x', { annotations })] });

  expect(items[0]?.createdAt).toBe(expected);
});

it('have a type without hidden characters', async () => {
  const { items } = await read({ [image]: [referrer('x', { artifactType: 'a\u202e\u001b[1mb' })] });
  expect(items[0]?.artifactType).toBe('ab');
});

it('are those that were read before the registry failed, with the reason', async () => {
  const failure = new RegistryError('unavailable', 'list: no answer');
  const { items, unread } = await read({ [image]: [referrer('x')], [index]: failure });

  expect(items).toHaveLength(1);
  expect(unread).toMatchObject({ reason: 'unavailable', detail: 'list: no answer' });
});
