import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MediaType } from '../../../lib/image/manifest.ts';
import {
  clientOf,
  errorCode,
  putImage,
  type Send,
  startTestRegistry,
  type TestImage,
} from './registry-fixture.ts';
import type { LocalRegistry } from './start-registry.ts';

const ALL = 'repository:app:pull,push,delete,metadata_read,metadata_write';
const TYPE = { 'content-type': MediaType.ociManifest };

let registry: LocalRegistry;
let send: Send;
let image: TestImage;
let other: TestImage;

beforeAll(async () => {
  registry = await startTestRegistry();
  send = clientOf(registry, ALL);
});
beforeEach(async () => {
  const repository = registry.storage.repositories()[0];
  if (repository !== undefined) {
    await registry.storage.deleteRepository(repository);
  }
  image = await putImage(registry, 'app', 'v1');
  other = await putImage(registry, 'app', undefined);
});
afterAll(() => registry.close());

async function set(path: string, attributes: Record<string, boolean>): Promise<void> {
  const answer = await send('PATCH', path, { body: JSON.stringify(attributes) });
  expect(answer.status).toBe(200);
}

const PARTS = {
  tag: () => '/acr/v1/app/_tags/v1',
  manifest: () => `/acr/v1/app/_manifests/${image.digest}`,
  repository: () => '/acr/v1/app',
};
const DISALLOWED = [405, 'REGISTRY_DISALLOWED_OPERATION'];

function putAgain(): Promise<Response> {
  return send('PUT', '/v2/app/manifests/v1', { headers: TYPE, body: image.manifest });
}

function deleteByDigest(): Promise<Response> {
  return send('DELETE', `/v2/app/manifests/${image.digest}`);
}

describe.each(['tag', 'manifest', 'repository'] as const)('a lock on the %s', (part) => {
  it('against writing refuses a PUT', async () => {
    await set(PARTS[part](), { writeEnabled: false });

    const answer = await putAgain();

    expect([answer.status, await errorCode(answer)]).toEqual(DISALLOWED);
  });

  it('against writing also refuses a deletion', async () => {
    await set(PARTS[part](), { writeEnabled: false });

    const answer = await deleteByDigest();

    expect([answer.status, await errorCode(answer)]).toEqual(DISALLOWED);
    expect(registry.snapshot().app).toEqual({ v1: image.digest });
  });

  it('against deletion refuses a deletion and allows a PUT', async () => {
    await set(PARTS[part](), { deleteEnabled: false });

    const deletion = await deleteByDigest();
    const put = await putAgain();

    expect([deletion.status, put.status]).toEqual([405, 201]);
  });

  it('against reading refuses a pull', async () => {
    await set(PARTS[part](), { readEnabled: false });

    const answer = await send('GET', '/v2/app/manifests/v1');

    expect([answer.status, await errorCode(answer)]).toEqual(DISALLOWED);
  });

  it('refuses the deletion of the repository', async () => {
    await set(PARTS[part](), { deleteEnabled: false });

    const answer = await send('DELETE', '/acr/v1/app');

    expect(answer.status).toBe(405);
    expect(Object.keys(registry.snapshot())).toEqual(['app']);
  });

  it('can be removed', async () => {
    await set(PARTS[part](), { writeEnabled: false, deleteEnabled: false });
    await set(PARTS[part](), { writeEnabled: true, deleteEnabled: true });

    expect((await putAgain()).status).toBe(201);
  });
});

it('prevents a locked tag from moving to another manifest', async () => {
  await set(PARTS.tag(), { writeEnabled: false });

  const answer = await send('PUT', '/v2/app/manifests/v1', {
    headers: TYPE,
    body: other.manifest,
  });

  expect(answer.status).toBe(405);
  expect(registry.snapshot().app).toEqual({ v1: image.digest });
});

it('allows a new tag beside a locked one', async () => {
  await set(PARTS.tag(), { writeEnabled: false });

  const answer = await send('PUT', '/v2/app/manifests/v2', {
    headers: TYPE,
    body: other.manifest,
  });

  expect(answer.status).toBe(201);
});

it('refuses an upload to a locked repository', async () => {
  await set(PARTS.repository(), { writeEnabled: false });

  const answer = await send('POST', '/v2/app/blobs/uploads/');

  expect(answer.status).toBe(405);
});

it('omits items with listing disabled from lists', async () => {
  await set(PARTS.tag(), { listEnabled: false });

  const answer = await send('GET', '/acr/v1/app/_tags');

  expect(await answer.json()).not.toHaveProperty('tags');
});
