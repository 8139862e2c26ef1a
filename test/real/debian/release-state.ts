import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from '../process/run-process.ts';
import type { DebianMirrors } from './mirrors.ts';
import { debianRelease } from './release.ts';

/** apt's own downloader, which uses this machine's proxies and authorities. */
const aptHelper = '/usr/lib/apt/apt-helper';

/**
 * Returns a short name for the present state of the archive, which changes with each point release and
 * each security fix.
 */
export async function releaseState(mirrors: DebianMirrors): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'patchwright-release-'));
  try {
    const hash = createHash('sha256');
    for (const address of [
      `${mirrors.main}/dists/${debianRelease.codename}/InRelease`,
      `${mirrors.main}/dists/${debianRelease.updatesSuite}/InRelease`,
      `${mirrors.security}/dists/${debianRelease.securitySuite}/InRelease`,
    ]) {
      const file = join(folder, 'InRelease');
      await rm(file, { force: true });
      const args = ['-o', 'Acquire::Retries=3', 'download-file', address, file];
      await runProcess({ command: aptHelper, args, timeoutMs: 120_000 });
      hash.update(await readFile(file));
    }
    return hash.digest('hex').slice(0, 12);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
