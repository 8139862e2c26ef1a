import { randomBytes } from 'node:crypto';
import {
  ContainerRegistryClient,
  ContainerRegistryContentClient,
  KnownContainerRegistryAudience,
} from '@azure/container-registry';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { imageOf, putImage, startTestRegistry } from './registry-fixture.ts';
import type { LocalRegistry } from './start-registry.ts';

const AUDIENCE = KnownContainerRegistryAudience.AzureResourceManagerPublicCloud;

let registry: LocalRegistry;
let laterMs = 0;

beforeAll(async () => {
  registry = await startTestRegistry({ now: () => new Date(Date.now() + laterMs) });
});
afterEach(() => registry.configure({ redirectBlobs: false }));
afterAll(() => registry.close());

const credential = {
  getToken: async (scopes: string | string[]) => {
    const [scope = ''] = [scopes].flat();
    const claims = { aud: scope.replace('/.default', ''), exp: Date.now() / 1000 + 3600, oid: 'x' };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return { token: `e30.${payload}.e30`, expiresOnTimestamp: Date.now() + 3_600_000 };
  },
};

function registryClient(): ContainerRegistryClient {
  return new ContainerRegistryClient(registry.url, credential, { audience: AUDIENCE });
}

function contentClient(repository: string): ContainerRegistryContentClient {
  return new ContainerRegistryContentClient(registry.url, repository, credential);
}

async function bytesOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
  }
  return found;
}

it('stores an image of the SDK’s content client and returns it', async () => {
  const client = contentClient('sdk/app');
  const layer = randomBytes(9_000_000); // the client sends chunks of 4 MiB
  const image = imageOf({ layers: [layer] });

  for (const blob of image.blobs) {
    await client.uploadBlob(Buffer.from(blob));
  }
  const set = await client.setManifest(Buffer.from(image.manifest), { tag: 'v1' });
  const got = await client.getManifest('v1');
  const download = await client.downloadBlob(digestOf(layer));
  const bytes = await bytesOf(download.content);

  expect(set.digest).toBe(image.digest);
  expect([got.digest, got.mediaType]).toEqual([image.digest, MediaType.ociManifest]);
  expect(bytes.equals(layer)).toBe(true);
});

it('also serves the SDK’s downloads by redirect', async () => {
  const client = contentClient('sdk/redirected');
  const { layers } = await putImage(registry, 'sdk/redirected', 'v1');
  registry.configure({ redirectBlobs: true });

  const download = await client.downloadBlob(layers[0] ?? '');

  expect(digestOf(await bytesOf(download.content))).toBe(layers[0]);
});

it('supports deletions by the SDK’s content client', async () => {
  const client = contentClient('sdk/deleting');
  const image = await putImage(registry, 'sdk/deleting', 'v1');

  await client.deleteManifest(image.digest);
  await client.deleteBlob(image.config);
  await client.deleteBlob(image.config); // absent by now: the client takes a 404 for success

  await expect(client.getManifest('v1')).rejects.toMatchObject({ statusCode: 404 });
  expect(registry.snapshot()['sdk/deleting']).toBeUndefined();
});

it('lists repositories, tags and manifests for the SDK by pages', async () => {
  await putImage(registry, 'sdk/listing', 'a');
  await putImage(registry, 'sdk/listing', 'b');
  const client = registryClient();
  const repository = client.getRepository('sdk/listing');

  const names = await all(client.listRepositoryNames());
  const tagPages = await all(
    client.getArtifact('sdk/listing', 'a').listTagProperties().byPage({ maxPageSize: 1 }),
  );
  const manifestPages = await all(repository.listManifestProperties().byPage({ maxPageSize: 1 }));

  expect(names).toContain('sdk/listing');
  expect(tagPages.map((page) => page.map((tag) => tag.name))).toEqual([['a'], ['b']]);
  expect(manifestPages.map((page) => page.length)).toEqual([1, 1]);
});

it('gives the SDK all properties of a tag and a manifest', async () => {
  const image = await putImage(registry, 'sdk/facts', 'v1', { layers: [randomBytes(100)] });
  const artifact = registryClient().getArtifact('sdk/facts', 'v1');

  const tag = await artifact.getTagProperties('v1');
  const manifest = await artifact.getManifestProperties();

  expect(tag).toMatchObject({
    registryLoginServer: registry.host,
    repositoryName: 'sdk/facts',
    name: 'v1',
    digest: image.digest,
    canWrite: true,
    canDelete: true,
  });
  expect(tag.createdOn).toBeInstanceOf(Date);
  expect(manifest).toMatchObject({
    digest: image.digest,
    architecture: 'amd64',
    operatingSystem: 'linux',
    tags: ['v1'],
    canWrite: true,
  });
  expect(manifest.sizeInBytes).toBeGreaterThan(100);
});

it('sorts manifests by time for the SDK', async () => {
  const older = await putImage(registry, 'sdk/order', 'older');
  laterMs += 1000;
  const newer = await putImage(registry, 'sdk/order', 'newer');

  const listed = await all(
    registryClient()
      .getRepository('sdk/order')
      .listManifestProperties({ order: 'LastUpdatedOnDescending' }),
  );

  expect(listed.map((manifest) => manifest.digest)).toEqual([newer.digest, older.digest]);
});

it('lets the SDK lock a tag, unlock it and delete it', async () => {
  await putImage(registry, 'sdk/locking', 'v1');
  const artifact = registryClient().getArtifact('sdk/locking', 'v1');

  const locked = await artifact.updateTagProperties('v1', { canWrite: false, canDelete: false });
  await expect(artifact.deleteTag('v1')).rejects.toMatchObject({ statusCode: 405 });
  await artifact.updateTagProperties('v1', { canWrite: true, canDelete: true });
  await artifact.deleteTag('v1');

  expect([locked.canWrite, locked.canDelete]).toEqual([false, false]);
  expect(registry.snapshot()['sdk/locking']).toEqual({});
});

it('lets the SDK delete a repository, and does not find it afterwards', async () => {
  await putImage(registry, 'sdk/whole', 'v1');
  const repository = registryClient().getRepository('sdk/whole');

  const before = await repository.getProperties();
  await repository.delete();

  expect(before).toMatchObject({ name: 'sdk/whole', tagCount: 1, manifestCount: 1 });
  await expect(repository.getProperties()).rejects.toMatchObject({ statusCode: 404 });
});

it('limits the SDK to the rights of its identity', async () => {
  await putImage(registry, 'sdk/granted', 'v1');
  registry.configure({ grants: () => ['repository:sdk/granted:pull,metadata_read'] });
  const artifact = registryClient().getArtifact('sdk/granted', 'v1');

  const tag = await artifact.getTagProperties('v1');

  expect(tag.name).toBe('v1');
  await expect(artifact.deleteTag('v1')).rejects.toMatchObject({ statusCode: 401 });
  registry.configure({ grants: () => ['repository:*:*', 'registry:catalog:*'] });
});
