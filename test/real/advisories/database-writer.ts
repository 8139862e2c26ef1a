import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../cache-folder.ts';
import { runProcess } from '../process/run-process.ts';
import type { Progress } from '../progress.ts';
import { findGo } from '../tools/go-toolchain.ts';

const moduleFolder = fileURLToPath(new URL('./go', import.meta.url));

/**
 * The program that writes Trivy's database format, built from its pinned module when it is not there
 * yet (some seconds). Returns its absolute path. Throws when it takes Go and there is none.
 */
export async function buildDatabaseWriter(progress: Progress): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum', 'main.go']) {
    hash.update(await readFile(join(moduleFolder, name)));
  }
  const folder = join(cacheFolder(), 'database-writer');
  const program = join(folder, `trivydb-${hash.digest('hex').slice(0, 16)}-${process.arch}`);
  if (await exists(program)) {
    return program;
  }
  if ((await findGo()) === undefined) {
    throw new Error('Go is needed once, to build the writer of the vulnerability database');
  }
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, 'building-'));
  const step = progress.step('database writer');
  try {
    const built = join(temporary, 'trivydb');
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
