import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushLayout } from '../../world/registry/push-layout.ts';
import { makeDeviceNodes } from '../cage/device-nodes.ts';
import { type Prepared, prepareReal } from '../prepare.ts';
import type { RpmRepository } from '../rpm/rpm-repository.ts';
import { seedRpmImage } from '../rpm/seed-rpm-image.ts';
import { differences, entriesOf, type LayerEntries, layersOf } from './layer-entries.ts';
import { patchImage } from './patch-image.ts';
import { type RegistryScene, startRegistryScene } from './registry-scene.ts';
import { type BuilderName, type StartBuilderOptions, startBuilder } from './start-builder.ts';

/**
 * Files that differ even between two patches by the same builder: logs and package databases contain
 * times, and ldconfig's cache contains inode numbers. The times of all entries may differ too.
 */
const MAY_DIFFER = [
  'var/cache/ldconfig/aux-cache',
  'var/log/alternatives.log',
  'var/log/apt/history.log',
  'var/log/apt/term.log',
  'var/log/dpkg.log',
];
const RPM_MAY_DIFFER = [
  'var/cache/ldconfig/aux-cache',
  'var/lib/dnf/history.sqlite',
  'var/lib/dnf/history.sqlite-shm',
  'var/lib/dnf/history.sqlite-wal',
  'var/lib/rpm/rpmdb.sqlite',
  'var/lib/rpm/rpmdb.sqlite-shm',
  'var/lib/rpm/rpmdb.sqlite-wal',
  'var/log/dnf.librepo.log',
  'var/log/dnf.log',
  'var/log/dnf.rpm.log',
  'var/log/hawkey.log',
];

let prepared: Prepared;
let scene: RegistryScene;
let packages: RpmRepository;

beforeAll(async () => {
  prepared = await prepareReal();
  scene = await startRegistryScene(prepared);
  const { outdated, distroless } = prepared.images;
  await pushLayout(scene.registry, outdated.folder, { repository: 'debian', tags: ['12'] });
  await pushLayout(scene.registry, distroless.folder, { repository: 'distroless', tags: ['12'] });
  const folder = join(scene.folder, 'alma');
  const { registry } = scene;
  packages = await seedRpmImage({ registry, prepared, repository: 'alma', folder });
});

afterAll(async () => {
  await packages?.close();
  await scene?.close();
});

type Options = Omit<StartBuilderOptions, 'scene' | 'tools'>;

/** Patches the image and pulls the result. Returns the folder of its OCI layout. */
async function patched(name: BuilderName, image: string, options: Options = {}): Promise<string> {
  const { tools } = prepared;
  const builder = await startBuilder(name, { ...options, scene, tools });
  const target = `staging/${image.replace(':', '-')}:${name}-${Object.keys(options).length}`;
  const report = join(scene.login, 'report.json');
  try {
    await patchImage({ scene, tools, image, report, address: builder.address, target });
  } finally {
    await builder.stop();
  }
  return scene.user.pull(target);
}

/** Compares the layers of two patches and returns the entries of the added layer. */
async function expectSameLayer(
  upstream: string,
  layout: string,
  mayDiffer: readonly string[],
): Promise<LayerEntries> {
  const [wanted, found] = [await layersOf(upstream), await layersOf(layout)];
  expect(found.slice(0, -1)).toEqual(wanted.slice(0, -1));
  const a = await entriesOf(upstream, wanted.at(-1) ?? '');
  const b = await entriesOf(layout, found.at(-1) ?? '');
  expect(differences(a, b, mayDiffer)).toEqual([]);
  return b;
}

describe("the mount-free builder's layer for a Debian image", () => {
  let upstream: string;

  beforeAll(async () => {
    await scene.user.scan('debian:12');
    upstream = await patched('upstream', 'debian:12');
  });

  it("has the same entries as that of upstream's buildkitd with runc and overlayfs", async () => {
    const entries = await expectSameLayer(
      upstream,
      await patched('mount-free', 'debian:12'),
      MAY_DIFFER,
    );

    expect(entries.size).toBeGreaterThan(100);
  });

  it('has the same entries if mknod(2) is refused and new privileges are allowed', async () => {
    const devices = await mkdtemp(join(tmpdir(), 'patchwright-devices-'));
    await makeDeviceNodes(devices);

    try {
      const options = { deny: ['mknod'], devices, noNewPrivileges: false } as const;
      const layout = await patched('mount-free', 'debian:12', options);
      await expectSameLayer(upstream, layout, MAY_DIFFER);
    } finally {
      await rm(devices, { recursive: true });
    }
  });
});

describe("the mount-free builder's layer for an image without a package manager", () => {
  it("has the same entries as upstream's, with the files of the newer packages", async () => {
    const report = await scene.user.scan('distroless:12');
    const [upstream, own] = [
      await patched('upstream', 'distroless:12'),
      await patched('mount-free', 'distroless:12'),
    ];

    const entries = await expectSameLayer(upstream, own, []);

    const outdated = (report.Results ?? []).flatMap((one) => one.Vulnerabilities ?? []);
    const names = new Set(outdated.map((one) => one.PkgName));
    const updated = [...entries.keys()].filter((path) => path.includes('var/lib/dpkg/status.d/'));
    expect(names.size).toBeGreaterThan(0);
    for (const name of names) expect(updated).toContain(`var/lib/dpkg/status.d/${name}`);
    expect([...entries.keys()].some((path) => path.startsWith('usr/lib/x86_64'))).toBe(true);
  });
});

describe("the mount-free builder's layer for an image of rpm and dnf", () => {
  it("has the same entries as upstream's", async () => {
    await scene.user.scan('alma:9');
    const [upstream, own] = [
      await patched('upstream', 'alma:9'),
      await patched('mount-free', 'alma:9'),
    ];

    const entries = await expectSameLayer(upstream, own, RPM_MAY_DIFFER);

    expect([...entries.keys()]).toContain('usr/bin/hello-agent');
  });
});
