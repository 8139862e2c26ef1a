import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pushLayout } from '../../world/registry/push-layout.ts';
import { prepareLargeImage } from '../images/large-image.ts';
import { makeOddImage } from '../images/odd-image.ts';
import type { Prepared } from '../prepare.ts';
import { stderrProgress } from '../progress.ts';
import { seedRpmImage } from '../rpm/seed-rpm-image.ts';
import { DATABASE_REPOSITORY } from '../seed-registry.ts';
import { padImage } from './padded-image.ts';
import type { RegistryScene } from './registry-scene.ts';

/** The image without padding, in MB of 10^6 bytes. */
const DEBIAN_MEGABYTES = 110;
const TAG = 'bench';

/** An image that both builders patch. */
export interface BenchCase {
  readonly name: string;
  readonly what: string;
  /** Limit of the mount-free builder's time, as a multiple of upstream's. */
  readonly timeLimit?: number;
  /** Pushes the image. Returns what ends it. */
  readonly seed: (scene: RegistryScene, prepared: Prepared) => Promise<() => Promise<void>>;
}

export const BENCH_CASES: readonly BenchCase[] = [
  {
    ...{ name: 'debian', what: 'Debian 12, 110 MB', timeLimit: 1.2 },
    seed: (scene, { images }) => push(scene, 'debian', images.outdated.folder),
  },
  {
    ...{ name: 'odd', what: 'Debian 12 with odd files' },
    async seed(scene, { images }) {
      const folder = join(scene.folder, 'odd');
      await mkdir(folder);
      return push(scene, 'odd', (await makeOddImage(images.outdated, folder)).folder);
    },
  },
  {
    ...{ name: 'distroless', what: 'packages of Debian 12 without a package manager' },
    seed: (scene, { images }) => push(scene, 'distroless', images.distroless.folder),
  },
  {
    ...{ name: 'rpm', what: 'a small system of rpm and dnf' },
    async seed(scene, prepared) {
      const folder = join(scene.folder, 'rpm');
      const { registry } = scene;
      const packages = await seedRpmImage({ registry, prepared, repository: 'rpm', folder });
      await push(scene, 'rpm', folder);
      return () => packages.close();
    },
  },
  {
    ...{ name: 'java', what: 'Debian 12 with Java, nginx, PostgreSQL and systemd' },
    async seed(scene) {
      const { image, database } = await prepareLargeImage(stderrProgress(), new Date());
      const { folder, tag } = database;
      await pushLayout(scene.registry, folder, { repository: DATABASE_REPOSITORY, tags: [tag] });
      return push(scene, 'java', image.folder);
    },
  },
  padded('padded-720', 720, 1.5),
  padded('padded-2000', 2000, 2),
];

export function benchImage({ name }: BenchCase): string {
  return `${name}:${TAG}`;
}

function padded(name: string, megabytes: number, timeLimit: number): BenchCase {
  return {
    ...{ name, what: `Debian 12 padded to ${megabytes} MB`, timeLimit },
    async seed(scene, { images }) {
      const folder = join(scene.folder, name);
      const more = { folder, megabytes: megabytes - DEBIAN_MEGABYTES };
      return push(scene, name, (await padImage(images.outdated, more)).folder);
    },
  };
}

async function push(
  { registry }: RegistryScene,
  repository: string,
  folder: string,
): Promise<() => Promise<void>> {
  await pushLayout(registry, folder, { repository, tags: [TAG] });
  return async () => undefined;
}
