import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import { runProcess } from '../process/run-process.ts';
import type { Progress } from '../progress.ts';
import { moduleFiles } from './build-plan.ts';
import { findGo } from './go-toolchain.ts';

export interface GoProgram {
  /** Absolute path of its Go module, which has the `main` package at its root. */
  readonly moduleFolder: string;
  /** Name of the program in the cache. */
  readonly name: string;
  /** Name of the program in messages. */
  readonly title: string;
}

/**
 * Builds a small program of the tests from its pinned module unless the cache has it (some seconds).
 * Returns its absolute path. Throws if Go is needed but missing.
 */
export async function buildGoProgram(
  { moduleFolder, name, title }: GoProgram,
  progress: Progress,
): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await moduleFiles(moduleFolder)) {
    hash.update(await readFile(join(moduleFolder, file)));
  }
  const folder = join(cacheFolder(), name);
  const program = join(folder, `${name}-${hash.digest('hex').slice(0, 16)}-${process.arch}`);
  if (await exists(program)) {
    return program;
  }
  if ((await findGo()) === undefined) {
    throw new Error(`Go is needed once, to build the ${title}`);
  }
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, 'building-'));
  const step = progress.step(title);
  try {
    const built = join(temporary, name);
    await runProcess({
      command: 'go',
      args: ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-o', built, '.'],
      cwd: moduleFolder,
      env: {
        ...process.env,
        CGO_ENABLED: '0',
        GOFLAGS: '',
        GOWORK: 'off',
        GOCACHE: join(temporary, 'go-cache'),
      },
      timeoutMs: 10 * 60_000,
    });
    await rename(built, program);
  } catch (error) {
    step.failed('not built');
    throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  step.done('built');
  return program;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
