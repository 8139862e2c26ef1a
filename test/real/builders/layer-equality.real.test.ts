import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushLayout } from '../../world/registry/push-layout.ts';
import { makeDeviceNodes } from '../cage/device-nodes.ts';
import { type Prepared, prepareReal } from '../prepare.ts';
import { differences, entriesOf, layersOf } from './layer-entries.ts';
import { patchImage } from './patch-image.ts';
import { type RegistryScene, startRegistryScene } from './registry-scene.ts';
import { type BuilderName, type StartBuilderOptions, startBuilder } from './start-builder.ts';

/**
 * Files that differ even between two patches by the same builder: logs contain times, and ldconfig's
 * cache contains inode numbers. The times of all entries may differ too.
 */
const MAY_DIFFER = [
  'var/cache/ldconfig/aux-cache',
  'var/log/alternatives.log',
  'var/log/apt/history.log',
  'var/log/apt/term.log',
  'var/log/dpkg.log',
];
const IMAGE = 'base/debian:12';

let prepared: Prepared;
let scene: RegistryScene;
let upstream: string;

beforeAll(async () => {
  prepared = await prepareReal();
  scene = await startRegistryScene(prepared);
  const { folder } = prepared.images.outdated;
  await pushLayout(scene.registry, folder, { repository: 'base/debian', tags: ['12'] });
  await scene.user.scan(IMAGE);
  upstream = await patched('upstream', {});
});

afterAll(() => scene?.close());

/** Patches the image and pulls the result. Returns the folder of its OCI layout. */
async function patched(
  name: BuilderName,
  options: Omit<StartBuilderOptions, 'scene' | 'tools'>,
): Promise<string> {
  const { tools } = prepared;
  const builder = await startBuilder(name, { ...options, scene, tools });
  const target = `staging/debian:${name}-${Object.keys(options).length}`;
  const report = join(scene.login, 'report.json');
  try {
    await patchImage({ scene, tools, image: IMAGE, report, address: builder.address, target });
  } finally {
    await builder.stop();
  }
  return scene.user.pull(target);
}

async function expectSameLayer(layout: string): Promise<void> {
  const [wanted, found] = [await layersOf(upstream), await layersOf(layout)];
  expect(found.slice(0, -1)).toEqual(wanted.slice(0, -1));
  const a = await entriesOf(upstream, wanted.at(-1) ?? '');
  const b = await entriesOf(layout, found.at(-1) ?? '');
  expect(a.size).toBeGreaterThan(100);
  expect(differences(a, b, MAY_DIFFER)).toEqual([]);
}

describe("the mount-free builder's layer", () => {
  it("has the same entries as that of upstream's buildkitd with runc and overlayfs", async () => {
    await expectSameLayer(await patched('mount-free', {}));
  });

  it('has the same entries if mknod(2) is refused and new privileges are allowed', async () => {
    const devices = await mkdtemp(join(tmpdir(), 'patchwright-devices-'));
    await makeDeviceNodes(devices);

    try {
      const options = { deny: ['mknod'], devices, noNewPrivileges: false } as const;
      await expectSameLayer(await patched('mount-free', options));
    } finally {
      await rm(devices, { recursive: true });
    }
  });
});
