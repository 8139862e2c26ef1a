import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { cacheFolder } from '../real/cache-folder.ts';

const run = promisify(execFile);

/**
 * Renovate needs Node 24 and 341 MB. Its package alone is enough for its versionings, with one of its
 * dependencies.
 */
const RENOVATE = {
  version: '44.121.2',
  sha512:
    'gNsY+POw2UN3B4e8x0B5UK3onH1qF7wMirKGaUnJcSx3+xEWH4n35RS4rvVEtTIIV/BoZoFbsIo7njTb9Mydxg==',
} as const;
const PACKAGES = ['@sindresorhus/is@8.1.0', 'semver@7.8.5'] as const;
const FOLDER = `recipes-renovate-${RENOVATE.version}-semver-7.8.5`;

/** A versioning of Renovate, as far as it decides which tag is newer. */
interface Versioning {
  isVersion(tag: string): unknown;
  isCompatible(tag: string, current: string): boolean;
  isGreaterThan(tag: string, other: string): boolean;
}

const isMethod = (value: unknown) => typeof value === 'function';
const versioning = z.custom<Versioning>((value) => {
  const methods = ['isVersion', 'isCompatible', 'isGreaterThan'];
  return methods.every((name) => isMethod(Reflect.get(Object(value), name)));
});
const Docker = z.object({ api: versioning });
const Regex = z.object({ api: z.custom<new (pattern: string) => Versioning>(isMethod) });

const SemVer = z.object({
  maxSatisfying: z.custom<(tags: readonly string[], range: string) => string | null>(isMethod),
  compare: z.custom<(one: string, other: string) => number>(isMethod),
});

/** The libraries of the tools that the recipes are for. Installs them once. */
export async function recipeLibraries() {
  const folder = await installed();
  const require = createRequire(join(folder, 'package.json'));
  const versionings = join(folder, 'node_modules/renovate/dist/modules/versioning');
  const load = (name: string): Promise<unknown> =>
    import(/* @vite-ignore */ pathToFileURL(join(versionings, name, 'index.js')).href);
  return {
    semver: SemVer.parse(require(join(folder, 'node_modules/semver'))),
    docker: Docker.parse(await load('docker')).api,
    Regex: Regex.parse(await load('regex')).api,
  };
}

async function installed(): Promise<string> {
  const folder = join(cacheFolder(), FOLDER);
  if (existsSync(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  const making = await mkdtemp(`${folder}-`);
  try {
    await writeFile(join(making, 'package.json'), '{"name":"recipes","private":true}');
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', ['install', ...quiet, ...PACKAGES], { cwd: making });
    await run('npm', ['pack', '--silent', `renovate@${RENOVATE.version}`], { cwd: making });
    const archive = join(making, `renovate-${RENOVATE.version}.tgz`);
    const sha512 = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (sha512 !== RENOVATE.sha512) throw new Error(`renovate has the wrong content: ${sha512}`);
    const target = join(making, 'node_modules/renovate');
    await mkdir(target);
    await run('tar', ['xzf', archive, '-C', target, '--strip-components', '1']);
    await rename(making, folder).catch(keepIfThere(folder));
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}

/** Another run may have installed the same at once. */
function keepIfThere(folder: string): (error: unknown) => void {
  return (error) => {
    if (!existsSync(folder)) throw error;
  };
}
