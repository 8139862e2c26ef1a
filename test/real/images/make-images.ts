import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { collectAdvisories } from '../advisories/collect-advisories.ts';
import { debianAdvisories, makeDatabase } from '../advisories/database.ts';
import { buildDatabaseWriter } from '../advisories/database-writer.ts';
import { readAptSettings } from '../debian/apt-settings.ts';
import type { DebianMirrors } from '../debian/mirrors.ts';
import { debianRelease } from '../debian/release.ts';
import { copyRoot, inRoot, makeRoot, tidyRoot } from '../debian/root-filesystem.ts';
import { findUpgrades } from '../debian/upgrades.ts';
import type { PreparedImages } from '../prepared-images.ts';
import type { Progress, ProgressStep } from '../progress.ts';
import { ALMA_ADVISORIES, almaRelease } from '../rpm/alma-release.ts';
import { makeRpmRoot } from '../rpm/rpm-root.ts';
import { copaToolingImages } from './copa-tooling.ts';
import { type ImageOptions, packRoot, removeFiles } from './debian-image.ts';
import { makeDistrolessRoot } from './distroless-root.ts';
import { LAGGING_ADVISORY, makeTroubledImages } from './troubled-images.ts';

/** No package is outdated, so that a test could show nothing. It fails instead of passing without a check. */
class NothingOutdated extends Error {
  constructor(what: string) {
    super(`${what} The real images cannot be made until Debian publishes a security fix.`);
    this.name = 'NothingOutdated';
  }
}

export interface MakeOptions {
  /** Absolute path of an empty folder. */
  readonly folder: string;
  readonly mirrors: DebianMirrors;
  readonly progress: Progress;
  readonly now: Date;
  readonly signal?: AbortSignal;
}

/** Makes the images and the database of their vulnerabilities from Debian's archive. */
export async function makeImages(options: MakeOptions): Promise<PreparedImages> {
  const { folder, mirrors, now } = options;
  const outdatedRoot = join(folder, 'outdated-root');
  const upgradedRoot = join(folder, 'upgraded-root');
  const writer = await buildDatabaseWriter(options.progress);
  await inStep(options, 'Debian', async (step) => {
    const aptSettings = await readAptSettings();
    await makeRoot({
      folder: outdatedRoot,
      mirrors,
      aptSettings,
      onLine: step.update,
      ...(options.signal && { signal: options.signal }),
    });
    await copyRoot(outdatedRoot, upgradedRoot);
  });
  const upgrades = await inStep(options, 'outdated packages', async (step) => {
    const found = await findUpgrades(upgradedRoot, step.update);
    if (found.length === 0) {
      throw new NothingOutdated(
        `No package of a fresh Debian ${debianRelease.major} is outdated today.`,
      );
    }
    return found;
  });
  const advisories = await inStep(options, 'advisories from changelogs', async (step) => {
    const found = await collectAdvisories(upgradedRoot, upgrades, step.update);
    if (found.length === 0) {
      throw new NothingOutdated('No newer package names a vulnerability in its changelog.');
    }
    return found;
  });
  const database = await makeDatabase({
    writer,
    systems: [
      debianAdvisories([...advisories, LAGGING_ADVISORY]),
      { platform: almaRelease.platform, source: 'alma', advisories: ALMA_ADVISORIES },
    ],
    folder: join(folder, 'database'),
    now,
  });
  await inStep(options, 'security fixes', async (step) => {
    const upgrade = ['apt-get', '--yes', '--with-new-pkgs', 'upgrade'];
    await inRoot(upgradedRoot, upgrade, step.update);
    const left = await findUpgrades(upgradedRoot, step.update);
    if (left.length > 0) {
      throw new Error(`still outdated: ${left.map((item) => item.package).join(', ')}`);
    }
  });
  const rpm = await makeRpmImage(options, upgradedRoot);
  const images = await inStep(options, 'images', async (step) => {
    step.update('packing');
    const distrolessRoot = await makeDistrolessRoot(outdatedRoot, upgrades, advisories);
    const describe = describeIn(options);
    const distroless = await packRoot(distrolessRoot, describe('distroless'));
    await rm(distrolessRoot, { recursive: true });
    await tidyRoot(outdatedRoot);
    await tidyRoot(upgradedRoot);
    const outdated = await packRoot(outdatedRoot, describe('outdated'));
    const clean = await packRoot(upgradedRoot, describe('clean'));
    const unpatchable = await removeFiles(
      outdated,
      ['/etc/apt/sources.list'],
      describe('unpatchable'),
    );
    const version = (await readFile(join(outdatedRoot, 'etc/debian_version'), 'utf8')).trim();
    const troubled = await makeTroubledImages({
      ...{ outdated, root: outdatedRoot, upgrades, advisories, mirrors, describe },
    });
    // The clean image is also Copa's tooling image, which only needs a working apt.
    const tooling = copaToolingImages(version).map((image) => ({ ...image, layout: clean }));
    return { outdated, clean, unpatchable, troubled, tooling, distroless, rpm };
  });
  await rm(outdatedRoot, { recursive: true });
  await rm(upgradedRoot, { recursive: true });
  return {
    madeAt: now.toISOString(),
    images,
    database,
    upgrades: [...upgrades],
    advisories: [...advisories],
  };
}

function describeIn({ folder, now }: MakeOptions): (name: string) => ImageOptions {
  return (name) => ({
    folder: join(folder, name),
    tag: debianRelease.major,
    title: `Debian ${debianRelease.major}, ${name}`,
    created: now,
  });
}

/** Makes the RPM image from a copy of the root, and the repository with its updates. */
function makeRpmImage(
  options: MakeOptions,
  debian: string,
): Promise<PreparedImages['images']['rpm']> {
  return inStep(options, 'packages and an image of rpm', async (step) => {
    const root = join(options.folder, 'rpm-root');
    const repository = join(options.folder, 'rpm-repository');
    await copyRoot(debian, root);
    await makeRpmRoot(root, repository, step.update);
    step.update('packing');
    const layout = await packRoot(root, {
      folder: join(options.folder, 'rpm'),
      tag: almaRelease.major,
      title: 'A small system of rpm and dnf',
      created: options.now,
    });
    await rm(root, { recursive: true });
    return { layout, repository };
  });
}

async function inStep<T>(
  options: MakeOptions,
  title: string,
  act: (step: ProgressStep) => Promise<T>,
): Promise<T> {
  const step = options.progress.step(title);
  try {
    const result = await act(step);
    step.done(Array.isArray(result) ? `${result.length} found` : 'done');
    return result;
  } catch (error) {
    step.failed('not possible');
    throw error;
  }
}
