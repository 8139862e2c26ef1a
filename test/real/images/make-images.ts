import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { collectAdvisories } from '../advisories/collect-advisories.ts';
import { makeDatabase } from '../advisories/database.ts';
import { buildDatabaseWriter } from '../advisories/database-writer.ts';
import { readAptSettings } from '../debian/apt-settings.ts';
import type { DebianMirrors } from '../debian/mirrors.ts';
import { debianRelease } from '../debian/release.ts';
import { copyRoot, inRoot, makeRoot, tidyRoot } from '../debian/root-filesystem.ts';
import { findUpgrades } from '../debian/upgrades.ts';
import type { PreparedImages } from '../prepared-images.ts';
import type { Progress, ProgressStep } from '../progress.ts';
import { copaToolingImages } from './copa-tooling.ts';
import { type ImageOptions, packRoot, removeFiles } from './debian-image.ts';
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
    advisories: [...advisories, LAGGING_ADVISORY],
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
  const images = await inStep(options, 'images', async (step) => {
    step.update('packing');
    await tidyRoot(outdatedRoot);
    await tidyRoot(upgradedRoot);
    const describe = (name: string): ImageOptions => ({
      folder: join(folder, name),
      tag: debianRelease.major,
      title: `Debian ${debianRelease.major}, ${name}`,
      created: now,
    });
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
    return { outdated, clean, unpatchable, troubled, tooling };
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
