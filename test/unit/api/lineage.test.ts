import { beforeEach, describe, expect, it } from 'vitest';
import { getLineage } from '../../../lib/api/lineage.ts';
import { digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';
import { Lineage } from '../../../lib/lineage/lineage.ts';
import { RegistryError } from '../../../lib/registry/registry.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryRegistry } from '../../fakes/memory-registry.ts';
import { SECOND, threeNights } from '../history/history-samples.ts';
import { untilAborted } from '../lineage/lineage-samples.ts';
import { parsed } from './api-samples.ts';

const repository = RepositoryName.parse('team/api');
const CONFIG = {
  mediaType: MediaType.ociEmpty,
  digest: digestOf('{}'),
  size: 2,
};
const bytesOf = (manifest: object) =>
  Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType: MediaType.ociManifest, config: CONFIG, layers: [] },
      ...manifest,
    }),
  );
const SOURCE = bytesOf({
  annotations: {
    'org.opencontainers.image.base.name': 'docker.io/library/debian:12',
    'org.opencontainers.image.base.digest': digestOf('debian'),
  },
});
const source = digestOf(SOURCE);
const PATCH = bytesOf({ annotations: { 'io.patchwright.source.digest': source } });
const patch = digestOf(PATCH);

let registry: MemoryRegistry;
let requests: number;
let ask: (
  name: string,
  more?: { ifNoneMatch?: string; query?: Record<string, string> },
) => Promise<ReturnType<typeof parsed>>;
beforeEach(async () => {
  const { history, tables } = await threeNights();
  // The sample rows of this tag get digests of manifests that the registry can have.
  for (const table of [TABLES.inventory, TABLES.targets]) {
    for (const { entity, etag } of tables.all(table)) {
      if (entity.tag !== '1.4') continue;
      const isPatched = entity.patchDigest === digestOf('a patch');
      const digests = {
        digest: source,
        sourceDigest: source,
        ...(isPatched && { patchDigest: patch }),
      };
      await tables.replace(table, { ...entity, ...digests }, etag);
    }
  }
  registry = new MemoryRegistry({ clock: new ManualClock() });
  await registry.putBlob(repository, CONFIG.digest, Buffer.from('{}'));
  await put(SOURCE);
  await put(PATCH);
  requests = 0;
  const counting = {
    manifest: (...given: Parameters<MemoryRegistry['manifest']>) => {
      requests += 1;
      return registry.manifest(...given);
    },
    referrers: (...given: Parameters<MemoryRegistry['referrers']>) => {
      requests += 1;
      return registry.referrers(...given);
    },
  };
  const services = { history, registry: counting, sleep: untilAborted };
  ask = async (name, { query = {}, ifNoneMatch } = {}) =>
    parsed(await getLineage({ query, name, ifNoneMatch }, services));
});

function put(bytes: Uint8Array) {
  const mediaType = MediaType.ociManifest;
  return registry.putManifest(repository, digestOf(bytes), { bytes, mediaType });
}

describe('the lineage of an image', () => {
  it('goes from its base to the referrers of its patch', async () => {
    const artifactType = 'application/vnd.openvex+json';
    const subject = { mediaType: MediaType.ociManifest, digest: patch, size: PATCH.byteLength };
    const vex = bytesOf({ artifactType, subject });
    await put(vex);

    const { status, headers, body } = await ask('team/api:1.4');

    expect(status).toBe(200);
    expect(Lineage.strict().parse(body)).toEqual(body);
    expect(body).toEqual({
      image: 'team/api:1.4',
      base: {
        name: 'docker.io/library/debian:12',
        digest: digestOf('debian'),
        malformed: false,
      },
      baseUnread: null,
      source: {
        ...{ tag: '1.4', digest: source, previousDigest: null, movedAt: null },
        referrers: { items: [], more: false, unread: null },
      },
      patches: [
        {
          ...{ tag: '1.4-1', digest: patch, newest: true, publishedBy: SECOND, madeFrom: source },
          referrers: {
            ...{ more: false, unread: null },
            items: [{ artifactType, digest: digestOf(vex), size: vex.byteLength, createdAt: null }],
          },
        },
      ],
      olderPatches: 0,
    });
    expect(requests).toBe(4);
    const again = await ask('team/api:1.4', { ifNoneMatch: headers.etag ?? '' });
    expect(again).toMatchObject({ status: 304, body: {} });
  });

  it('says of each part that the registry has no longer that it is gone', async () => {
    await registry.deleteManifest(repository, source);
    await registry.deleteManifest(repository, patch);

    const { status, body } = await ask('team/api:1.4');

    const gone = { reason: 'gone', detail: expect.stringContaining('is not in the registry') };
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ base: null, baseUnread: gone },
      patches: [{ digest: patch, madeFrom: null, referrers: { items: [], unread: gone } }],
    });
  });

  it('tells what rows know, with the reason for the rest, if the registry refuses', async () => {
    const refuse = () => Promise.reject(new RegistryError('denied', 'get: 403'));
    registry.manifest = refuse;
    registry.referrers = refuse;

    const { status, body } = await ask('team/api:1.4');

    const denied = { reason: 'denied', advice: expect.stringContaining('patchwright doctor') };
    expect(status).toBe(200);
    expect(body).toMatchObject({
      baseUnread: denied,
      source: { digest: source, referrers: { unread: denied } },
      patches: [{ tag: '1.4-1', publishedBy: SECOND, referrers: { unread: denied } }],
    });
  });

  it('is 404 for an image that does not exist, and 400 for a parameter that does not', async () => {
    expect(await ask('team/api:2.5')).toMatchObject({ status: 404 });
    expect(await ask('team/api:1.4', { query: { x: '1' } })).toMatchObject({ status: 400 });
    expect(requests).toBe(0);
  });
});
