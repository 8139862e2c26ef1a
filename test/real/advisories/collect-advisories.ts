import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { inRoot } from '../debian/root-filesystem.ts';
import type { Upgrade } from '../debian/upgrades.ts';
import { type Advisory, advisoriesSince, parseChangelog } from './changelog.ts';

/** Newer packages are unpacked here, inside the root. It is deleted at the end. */
const workFolder = '/patchwright-advisories';
const CHANGELOG_LIMIT = 32 * 1024 * 1024;

/**
 * Downloads each newer package with the root's own apt, which checks its signature, and reads the fixes
 * since the installed version from its changelog. Returns one advisory for each source and id.
 */
export async function collectAdvisories(
  root: string,
  upgrades: readonly Upgrade[],
  onLine: (line: string) => void,
): Promise<readonly Advisory[]> {
  const folder = join(root, workFolder);
  const found = new Map<string, Advisory>();
  try {
    for (const upgrade of upgrades) {
      onLine(`reading the changelog of ${upgrade.package}`);
      await mkdir(folder, { recursive: true });
      const entries = parseChangelog(await changelogOf(root, upgrade));
      for (const advisory of advisoriesSince(entries, upgrade.sourceInstalled)) {
        const named = { ...advisory, source: upgrade.source };
        found.set(`${named.source} ${named.id}`, named);
      }
      await rm(folder, { recursive: true, force: true });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return [...found.values()];
}

async function changelogOf(root: string, upgrade: Upgrade): Promise<string> {
  await inRoot(root, [
    'env',
    `--chdir=${workFolder}`,
    'apt-get',
    '--option=APT::Sandbox::User=root',
    '--option=Acquire::Retries=3',
    'download',
    `${upgrade.package}=${upgrade.candidate}`,
  ]);
  const folder = join(root, workFolder);
  const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'));
  if (archive === undefined) {
    throw new Error(`apt-get downloaded nothing for ${upgrade.package} ${upgrade.candidate}`);
  }
  await inRoot(root, ['dpkg-deb', '--extract', `${workFolder}/${archive}`, `${workFolder}/files`]);
  return readChangelog(join(folder, 'files/usr/share/doc', upgrade.package));
}

/**
 * Finds the changelog, which native packages call `changelog.gz`. A package whose documentation is a
 * link to another package's has none; the other package of the same source gives the advisories.
 */
async function readChangelog(folder: string): Promise<string> {
  for (const name of ['changelog.Debian.gz', 'changelog.gz']) {
    const packed = await readFile(join(folder, name)).catch(() => undefined);
    if (packed !== undefined) {
      return gunzipSync(packed, { maxOutputLength: CHANGELOG_LIMIT }).toString('utf8');
    }
  }
  return '';
}
