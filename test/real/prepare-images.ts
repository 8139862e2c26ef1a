import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
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
import { underLock } from './tools/build-lock.ts';

/** For so long the archive is not asked again whether it has changed. */
const TRUSTED_FOR_MS = 20 * 3600 * 1000;
/** Older folders than this are taken away; until then another run may be using them. */
const KEPT_FOR_MS = 7 * 24 * 3600 * 1000;
/** Changes when what is made from the roots changes. */
const RECIPE = 'outdated, clean, unpatchable, troubled, database; 1';

export interface PrepareOptions {
  readonly progress: Progress;
  readonly now: Date;
  readonly signal?: AbortSignal;
}

/**
 * The real images and their vulnerability database, from the cache when Debian has not changed since,
 * otherwise made anew (two minutes).
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
    await rm(building, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
    await mkdir(building);
    try {
      await writePrepared(building, await makeImages({ ...options, folder: building, mirrors }));
      await rename(building, folder);
    } finally {
      await rm(building, { recursive: true, force: true });
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
    // Another process may be tidying up too.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && now.getTime() - found.mtimeMs > KEPT_FOR_MS) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
