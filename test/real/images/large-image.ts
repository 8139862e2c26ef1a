import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { collectAdvisories } from '../advisories/collect-advisories.ts';
import { debianAdvisories, makeDatabase } from '../advisories/database.ts';
import { buildDatabaseWriter } from '../advisories/database-writer.ts';
import { cacheFolder } from '../cache-folder.ts';
import { readAptSettings } from '../debian/apt-settings.ts';
import { findMirrors } from '../debian/mirrors.ts';
import { debianRelease } from '../debian/release.ts';
import { releaseState } from '../debian/release-state.ts';
import { copyRoot, makeRoot, tidyRoot } from '../debian/root-filesystem.ts';
import { findUpgrades } from '../debian/upgrades.ts';
import type { Progress } from '../progress.ts';
import { removeFolder } from '../remove-folder.ts';
import { packRoot } from './debian-image.ts';
import type { OciLayout } from './oci-layout.ts';

/** Some 900 MB, and the package scripts that ask most of a builder. */
const PACKAGES = [
  ...['ca-certificates', 'ca-certificates-java', 'curl', 'dbus', 'iputils-ping', 'libcap2-bin'],
  ...['locales', 'nginx', 'openjdk-17-jre-headless', 'openssl', 'perl', 'postgresql-15', 'python3'],
  'systemd',
] as const;

const Layout = z.object({ folder: z.string(), tag: z.string(), digest: z.string() });
const LargeImage = z.object({ image: Layout, database: Layout });

/** An outdated image of many packages, and the database that knows what is wrong with it. */
export interface LargeImage {
  readonly image: OciLayout;
  readonly database: OciLayout;
}

/** From the cache if Debian has not changed since, else made anew (some minutes). */
export async function prepareLargeImage(progress: Progress, now: Date): Promise<LargeImage> {
  const mirrors = await findMirrors();
  const key = createHash('sha256').update(JSON.stringify([PACKAGES, await releaseState(mirrors)]));
  const folder = join(cacheFolder(), 'large-images', key.digest('hex').slice(0, 16));
  const description = join(folder, 'large.json');
  const there = await readFile(description, 'utf8').catch(() => undefined);
  if (there !== undefined) return LargeImage.parse(JSON.parse(there));

  // The finished files name their folder, so they are made in place, and described last.
  await removeFolder(folder);
  await mkdir(folder, { recursive: true });
  const step = progress.step('large image');
  const root = join(folder, 'root');
  const asked = join(folder, 'asked-root');
  const writer = await buildDatabaseWriter(progress);
  const aptSettings = await readAptSettings();
  await makeRoot({
    ...{ folder: root, mirrors, aptSettings, packages: PACKAGES },
    onLine: step.update,
  });
  await copyRoot(root, asked);
  const upgrades = await findUpgrades(asked, step.update);
  const advisories = await collectAdvisories(asked, upgrades, step.update);
  if (advisories.length === 0) throw new Error('no package of the large image is outdated today');
  const { layout: database } = await makeDatabase({
    ...{ writer, now, systems: [debianAdvisories(advisories)] },
    folder: join(folder, 'database'),
  });
  await tidyRoot(root);
  step.update('packing');
  const image = await packRoot(root, {
    folder: join(folder, 'image'),
    tag: debianRelease.major,
    title: `Debian ${debianRelease.major}, large`,
    created: now,
  });
  for (const one of [root, asked]) await removeFolder(one);
  await writeFile(`${description}.part`, JSON.stringify({ image, database }));
  await rename(`${description}.part`, description);
  step.done(`${upgrades.length} outdated packages`);
  return { image, database };
}
