import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { findMirrors } from './debian/mirrors.ts';
import { releaseState } from './debian/release-state.ts';
import { rootRecipe } from './debian/root-filesystem.ts';
import { makeImages } from './images/make-images.ts';
import {
  listPrepared,
  markChecked,
  type PreparedImages,
  readPrepared,
  writePrepared,
} from './prepared-images.ts';
import type { Progress } from './progress.ts';
import { removeFolder } from './remove-folder.ts';
import { underLock } from './tools/build-lock.ts';

/** For this time, the archive is not checked again for changes. */
const TRUSTED_FOR_MS = 20 * 3600 * 1000;
/** Folders older than this are deleted. Until then, another run may use them. */
const KEPT_FOR_MS = 7 * 24 * 3600 * 1000;
/** Change it if this code makes different images from the same roots. */
const RECIPE = 'outdated, clean, unpatchable, troubled, distroless, rpm, database; 2';

export interface PrepareOptions {
  readonly progress: Progress;
  readonly now: Date;
  readonly signal?: AbortSignal;
}

/**
 * Returns the real images and their vulnerability database: from the cache if Debian has not changed,
 * else new ones (two minutes).
 */
export async function prepareImages(options: PrepareOptions): Promise<PreparedImages> {
  const parent = join(cacheFolder(), 'images');
  const recipe = createHash('sha256')
    .update(JSON.stringify([RECIPE, rootRecipe, process.arch]))
    .digest('hex')
    .slice(0, 12);
  const [newest] = await listPrepared(parent, recipe);
  if (newest !== undefined && (await checkedAge(newest.folder, options.now)) < TRUSTED_FOR_MS) {
    return newest.prepared;
  }
  const mirrors = await findMirrors();
  const folder = join(parent, `${recipe}-${await releaseState(mirrors)}`);
  await mkdir(parent, { recursive: true });
  const lock = {
    path: `${folder}.lock`,
    onWait: (pid: number) =>
      options.progress.note(`The images are being made by process ${pid}; waiting for it.`),
    ...(options.signal && { signal: options.signal }),
  };
  return underLock(lock, async () => {
    const there = await readPrepared(folder);
    if (there !== undefined) {
      await markChecked(folder, options.now);
      return there;
    }
    const building = `${folder}.building`;
    await removeFolder(building);
    await removeFolder(folder);
    await mkdir(building);
    try {
      await writePrepared(building, await makeImages({ ...options, folder: building, mirrors }));
      await rename(building, folder);
    } finally {
      await removeFolder(building);
    }
    await removeOld(parent, options.now);
    const made = await readPrepared(folder);
    if (made === undefined) {
      throw new Error(`${folder} was made, but can't be read`);
    }
    return made;
  });
}

async function checkedAge(folder: string, now: Date): Promise<number> {
  const { mtimeMs } = await stat(join(folder, 'prepared.json'));
  return now.getTime() - mtimeMs;
}

async function removeOld(parent: string, now: Date): Promise<void> {
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    // Another process may delete it at the same time.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now.getTime() - found.mtimeMs > KEPT_FOR_MS) {
      await removeFolder(path);
    }
  }
}
