import { expect, it } from 'vitest';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { Tag } from '../../../lib/image/reference.ts';
import { imageLineage } from '../../../lib/lineage/image-lineage.ts';
import { InventoryTag } from '../../../lib/pipeline/records/inventory-tag.ts';
import { tableStores } from '../../../lib/pipeline/stores/tables/table-stores.ts';
import { THIRD, threeNights } from '../history/history-samples.ts';
import { target } from '../pipeline/run/run-samples.ts';
import { untilAborted } from './lineage-samples.ts';

const { history, tables } = await threeNights();
const at = new Date('2026-11-25T02:00:00Z');
const [source, index] = [digestOf('source'), digestOf('index')];

function tagWith(columns: object): InventoryTag {
  return InventoryTag.parse({
    ...{ repository: 'team/new', tag: '1', present: true, presentAt: at },
    ...{ state: 'clean', runId: 'x', at, counts: 'unknown', ...columns },
  });
}

/** A registry with these manifests. The list of requests grows with each of them. */
function registryWith(manifests: Readonly<Record<Digest, string>>) {
  const requests: string[] = [];
  return {
    requests,
    manifest: async (_: unknown, digest: string) => {
      requests.push(`manifest ${digest}`);
      const text = new Map(Object.entries(manifests)).get(digest);
      if (text === undefined) return undefined;
      const bytes = Buffer.from(text);
      return { bytes, mediaType: MediaType.ociManifest, digest: digestOf(bytes) };
    },
    referrers: async (_: unknown, digest: string) => {
      requests.push(`referrers ${digest}`);
      return [];
    },
  };
}

function read(registry: ReturnType<typeof registryWith>, columns: object) {
  return imageLineage({ history, registry, sleep: untilAborted }, tagWith(columns));
}

const BASE = '{"annotations":{"org.opencontainers.image.base.name":"debian:12"}}';

it('takes the base of the index if the image itself claims none', async () => {
  const registry = registryWith({ [source]: '{}', [index]: BASE });
  const { base, source: part } = await read(registry, { digest: index, sourceDigest: source });

  expect(base).toMatchObject({ name: 'debian:12' });
  expect(part.digest).toBe(source);
  expect(registry.requests.sort()).toEqual(
    [source, index].flatMap((one) => [`manifest ${one}`, `referrers ${one}`]).sort(),
  );
});

it.each([
  ['without annotations', '{}'],
  ['with none at all', '{"annotations":null}'],
  ['of the platform alone', '{"annotations":{"org.opencontainers.image.version":"1"}}'],
])('has no base from a manifest %s', async (_, manifest) => {
  const lineage = await read(registryWith({ [source]: manifest }), { digest: source });
  expect(lineage).toMatchObject({ base: null, baseUnread: null });
});

it.each(['[]', 'no JSON', '{"annotations":[1]}'])(
  'says why the base is not known if the manifest is %s',
  async (manifest) => {
    const lineage = await read(registryWith({ [source]: manifest }), { digest: source });
    expect(lineage).toMatchObject({ base: null, baseUnread: { reason: 'malformed' } });
  },
);

it('asks the registry nothing if no run found the digest', async () => {
  const registry = registryWith({});
  const lineage = await read(registry, {});

  const none = { reason: 'no-digest' };
  expect(lineage).toMatchObject({ baseUnread: none, source: { referrers: { unread: none } } });
  expect(registry.requests).toEqual([]);
});

it('has no tag of the source if the tag names its patch, and asks about the patch once', async () => {
  const patch = digestOf('patch');
  const annotations = { 'io.patchwright.source.digest': source };
  const registry = registryWith({ [source]: BASE, [patch]: JSON.stringify({ annotations }) });
  const columns = { digest: patch, sourceDigest: source, isPatch: true };
  const lineage = await read(registry, columns);

  expect(lineage).toMatchObject({
    base: { name: 'debian:12' },
    source: { tag: null, digest: source },
    patches: [{ tag: '1', digest: patch, madeFrom: source }],
  });
  expect(registry.requests).toHaveLength(4);
});

it('shows the newest five patches, with 14 requests at most', async () => {
  const digests = [1, 2, 3, 4, 5, 6, 7].map((n) => digestOf(`patch ${n}`));
  const patches = digests.map((digest, n) => ({
    ...{ tag: Tag.parse(`2-${n}`), digest, sourceDigest: source, fingerprint: 'f' },
  }));
  const { version: _, ...known } = target('team/new', '2', {
    ...{ runId: THIRD, sourceDigest: source, patches },
  });
  await tableStores(tables).targets.addMissing([known]);
  const registry = registryWith(Object.fromEntries([source, index, ...digests].map(empty)));
  const columns = { tag: '2', digest: index, sourceDigest: source };
  const lineage = await read(registry, columns);

  expect(lineage.patches.map(({ tag }) => tag)).toEqual(['2-6', '2-5', '2-4', '2-3', '2-2']);
  expect(lineage.olderPatches).toBe(2);
  expect(registry.requests).toHaveLength(14);
});

function empty(digest: Digest): [Digest, string] {
  return [digest, '{}'];
}
