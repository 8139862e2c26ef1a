import { readdir, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { digestOf } from '../../lib/image/digest.ts';
import { MediaType } from '../../lib/image/manifest.ts';
import { API_VERSION } from '../world/arm/arm-server.ts';
import type { GroupRecord } from './group-records.ts';
import { leftoversOf, mountsBelow, NOTHING_LEFT } from './leftovers.ts';
import { allContents, contentsOf } from './registry-contents.ts';
import { IMAGES, type Scene, startScene } from './scene.ts';
import { MIRROR_REPOSITORY } from './seed-registry.ts';

const STAGING = `patchwright/staging/${IMAGES.outdated}`;
const CONFIG = Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers"}}');

let scene: Scene;

beforeAll(async () => {
  scene = await startScene([IMAGES.outdated]);
});

afterAll(() => scene?.close());

describe('a patch group that is killed or deleted during its work', () => {
  it('leaves nothing behind, and the image is patched by the next attempt', async () => {
    const runId = await scene.startRun();

    const killed = await buildingGroup();
    const { processes } = await leftoversOf(killed.folder);
    for (const line of processes.filter((one) => one.includes('worker.cjs patch'))) {
      process.kill(Number.parseInt(line, 10), 'SIGKILL');
    }
    await expectGone(killed.folder);

    const deleted = await buildingGroup();
    await deleteGroup(deleted.name);
    await expectGone(deleted.folder);

    const { run, target } = await scene.finished(runId);
    expect(run).toMatchObject({ state: 'completed', patched: 2 });
    expect(target(`${IMAGES.outdated}:12`)).toMatchObject({ state: 'patched', patchTag: '12-1' });
    expect(scene.groups.filter(({ kind }) => kind === 'patch')).toHaveLength(3);
    expect(contentsOf(scene.world.registry, STAGING).manifests).toEqual([]);
    expect(scene.world.arm.groups()).toEqual([]);
    expect(await mountsBelow(scene.temporary)).toEqual([]);
  });
});

describe("a patch group's token", () => {
  it('pulls the source and the tooling images', async () => {
    const { images } = scene.prepared;
    const mirrored = images.tooling.map(
      ({ upstream, tag }) =>
        `${MIRROR_REPOSITORY}/${upstream.slice(0, -`:${tag}`.length)}/manifests/${tag}`,
    );
    const paths = [`${IMAGES.outdated}/manifests/${images.outdated.digest}`, ...mirrored];

    const answers = await Promise.all(paths.map((path) => ask('GET', path)));

    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
  });

  it('can push to the staging repository, and cannot delete from it', async () => {
    const image = smallManifest();
    const path = `${STAGING}/manifests/${image.digest}`;
    await pushConfig(STAGING);

    const put = await ask('PUT', path, image);
    const deleted = await ask('DELETE', path);

    expect([put.status, deleted.status]).toEqual([201, 401]);
    expect(contentsOf(scene.world.registry, STAGING).manifests).toEqual([image.digest]);
  });

  it.each([
    ['write the tag of the source', 'PUT', `${IMAGES.outdated}/manifests/12`],
    ['write a tag beside the source', 'PUT', `${IMAGES.outdated}/manifests/12-9`],
    ['upload to the source repository', 'POST', `${IMAGES.outdated}/blobs/uploads/`],
    ['delete the source', 'DELETE', `${IMAGES.outdated}/manifests/12`],
    ['read another repository', 'GET', `${IMAGES.clean}/manifests/12`],
    ['upload to another repository', 'POST', `${IMAGES.clean}/blobs/uploads/`],
    ["upload to another's staging", 'POST', `patchwright/staging/${IMAGES.clean}/blobs/uploads/`],
    [
      'upload to a tooling image',
      'POST',
      `${MIRROR_REPOSITORY}/docker.io/library/debian/blobs/uploads/`,
    ],
    ['replace the vulnerability database', 'PUT', 'patchwright/trivy-db/manifests/2'],
    ['read the worker image', 'GET', 'patchwright/worker/manifests/local'],
    ['list the repositories', 'GET', '_catalog'],
  ] as const)('cannot %s', async (_what, method, path) => {
    const before = allContents(scene.world.registry);

    const answer = await ask(method, path, method === 'PUT' ? smallManifest() : undefined);

    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('insufficient_scope');
    expect(allContents(scene.world.registry)).toEqual(before);
  });

  it('cannot get another token', async () => {
    const answer = await fetch(new URL('/oauth2/token', scene.world.registry.url), {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        service: scene.world.registry.host,
        scope: `repository:${IMAGES.clean}:pull,push`,
        refresh_token: patchGroup().token,
      }),
    });

    expect(answer.status).toBe(401);
  });
});

describe("a scan or verify group's token", () => {
  it('cannot push to any repository', async () => {
    const scans = scene.groups.filter(({ kind }) => kind === 'scan');

    const answers = await Promise.all(
      scans.flatMap(({ token }) =>
        [IMAGES.outdated, STAGING].map((name) =>
          ask('POST', `${name}/blobs/uploads/`, undefined, token),
        ),
      ),
    );

    expect(scans.map(({ name }) => name.split('-')[1])).toEqual(['scan', 'verify']);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });
});

function patchGroup(): GroupRecord {
  const group = scene.groups.findLast(({ kind }) => kind === 'patch');
  if (group === undefined) throw new Error('there was no patch group');
  return group;
}

interface Content {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** Sends a request to the registry with the token of the patch group, or with another one. */
function ask(
  method: string,
  path: string,
  content?: Content,
  token = patchGroup().token,
): Promise<Response> {
  return fetch(new URL(`/v2/${path}`, scene.world.registry.url), {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: MediaType.ociManifest,
      ...(content !== undefined && { 'content-type': content.mediaType }),
    },
    ...(content !== undefined && { body: new Uint8Array(content.bytes) }),
  });
}

/** An image without layers. */
function smallManifest(): Content & { readonly digest: string } {
  const { ociManifest: mediaType, ociConfig } = MediaType;
  const config = { mediaType: ociConfig, digest: digestOf(CONFIG), size: CONFIG.length };
  const manifest = { schemaVersion: 2, mediaType, config, layers: [] };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return { bytes, mediaType, digest: digestOf(bytes) };
}

async function pushConfig(repository: string): Promise<void> {
  const begun = await ask('POST', `${repository}/blobs/uploads/`);
  const address = new URL(begun.headers.get('location') ?? '', scene.world.registry.url);
  address.searchParams.set('digest', digestOf(CONFIG));
  const path = `${address.pathname.slice('/v2/'.length)}${address.search}`;
  const ended = await ask('PUT', path, { bytes: CONFIG, mediaType: 'application/octet-stream' });
  expect([begun.status, ended.status]).toEqual([202, 201]);
}

/** Finds the group in which a program of the image is running, and its working folder. */
function buildingGroup(): Promise<{ readonly name: string; readonly folder: string }> {
  return vi.waitFor(
    async () => {
      const { processes } = await leftoversOf(scene.temporary);
      const step = processes.find((line) => line.includes(' apt-get ')) ?? '';
      const root = await readlink(`/proc/${Number.parseInt(step, 10)}/root`).catch(() => '');
      const folder = /^.*?\/local-group-\w+/.exec(root)?.[0];
      const name = scene.world.arm.groups().find((group) => group.state === 'Running')?.name;
      if (name === undefined || folder === undefined)
        throw new Error('no program of an image is running');
      return { name, folder };
    },
    { timeout: 10 * 60_000, interval: 50 },
  );
}

async function deleteGroup(name: string): Promise<void> {
  const settings = scene.world.appEnvironment();
  const path = [
    `/subscriptions/${settings.PATCHWRIGHT_SUBSCRIPTION_ID}`,
    `/resourceGroups/${settings.PATCHWRIGHT_JOBS_RESOURCE_GROUP}`,
    `/providers/Microsoft.ContainerInstance/containerGroups/${name}?api-version=${API_VERSION}`,
  ].join('');
  const token = scene.world.identity.token('https://management.azure.com');
  const answer = await fetch(new URL(path, scene.world.arm.url), {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
}

async function expectGone(folder: string): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await leftoversOf(folder)).toEqual(NOTHING_LEFT);
      expect(await readdir(scene.temporary)).not.toContain(basename(folder));
    },
    // A builder leaves some 60,000 files to delete.
    { timeout: 5 * 60_000, interval: 200 },
  );
}
