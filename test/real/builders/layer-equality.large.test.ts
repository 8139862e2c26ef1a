import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrivyReport } from '../../../lib/report/trivy-report.ts';
import { pushLayout } from '../../world/registry/push-layout.ts';
import { makeDeviceNodes } from '../cage/device-nodes.ts';
import { type Prepared, prepareReal } from '../prepare.ts';
import type { RpmRepository } from '../rpm/rpm-repository.ts';
import { seedRpmImage } from '../rpm/seed-rpm-image.ts';
import {
  type AddedLayers,
  compareAddedLayers,
  DEBIAN_MAY_DIFFER,
  RPM_MAY_DIFFER,
} from './added-layer.ts';
import { patchedLayout } from './patched-layout.ts';
import { type RegistryScene, startRegistryScene } from './registry-scene.ts';
import type { StartBuilderOptions } from './start-builder.ts';

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

interface Comparison {
  readonly report: TrivyReport;
  readonly layers: AddedLayers;
}

/** Patches an image with both builders at once. `options` are for the mount-free one. */
async function compare(
  image: string,
  mayDiffer: readonly string[],
  options: Omit<StartBuilderOptions, 'scene' | 'tools'> = {},
): Promise<Comparison> {
  const { tools } = prepared;
  const report = await scene.user.scan(image);
  const target = (name: string) => `staging/${image.replace(':', '-')}:${name}`;
  const [upstream, own] = await Promise.all([
    patchedLayout('upstream', { scene, tools, image, target: target('upstream') }),
    patchedLayout('mount-free', { ...options, scene, tools, image, target: target('own') }),
  ]);
  return { report, layers: await compareAddedLayers(upstream, own, mayDiffer) };
}

describe("the mount-free builder's layer", () => {
  it("has the same entries as upstream's if mknod(2) is refused and new privileges are allowed", async () => {
    const devices = await mkdtemp(join(tmpdir(), 'patchwright-devices-'));
    await makeDeviceNodes(devices);

    const options = { deny: ['mknod'], devices, noNewPrivileges: false } as const;
    const { layers } = await compare('debian:12', DEBIAN_MAY_DIFFER, options).finally(() =>
      rm(devices, { recursive: true }),
    );

    expect(layers.below[1]).toEqual(layers.below[0]);
    expect(layers.differences).toEqual([]);
    expect(layers.entries.size).toBeGreaterThan(100);
  });

  it('has the files of the newer packages for an image without a package manager', async () => {
    const { report, layers } = await compare('distroless:12', []);

    expect(layers.below[1]).toEqual(layers.below[0]);
    expect(layers.differences).toEqual([]);
    const outdated = (report.Results ?? []).flatMap((one) => one.Vulnerabilities ?? []);
    const names = new Set(outdated.map((one) => one.PkgName));
    const paths = [...layers.entries.keys()];
    expect(names.size).toBeGreaterThan(0);
    for (const name of names) expect(paths).toContain(`var/lib/dpkg/status.d/${name}`);
    expect(paths.some((path) => path.startsWith('usr/lib/x86_64'))).toBe(true);
  });

  it("has the same entries as upstream's for an image of rpm and dnf", async () => {
    const { layers } = await compare('alma:9', RPM_MAY_DIFFER);

    expect(layers.below[1]).toEqual(layers.below[0]);
    expect(layers.differences).toEqual([]);
    expect([...layers.entries.keys()]).toContain('usr/bin/hello-agent');
  });
});
