import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inRoot, tidyRoot } from '../debian/root-filesystem.ts';
import { OS_RELEASE } from './alma-release.ts';

const script = fileURLToPath(new URL('./build-packages.sh', import.meta.url));
const specs = fileURLToPath(new URL('./specs', import.meta.url));
const packages = ['rpm', 'dnf', 'createrepo-c', 'gnupg', 'gpg-agent', 'busybox-static'] as const;
/** What makes the root a Debian, and what nobody reads. */
const unwanted = ['etc/apt', 'etc/debian_version', 'var/lib/apt', 'var/lib/dpkg'];
/** Copa must find no busybox, so that it installs the package. */
const busybox = 'usr/bin/busybox';
const unread = ['doc', 'locale', 'man'].map((name) => `usr/share/${name}`);

/**
 * Turns the root of a Debian with package lists into a small system of rpm and dnf that claims to be
 * AlmaLinux: no registry of packages has the real one.
 * @param repository the folder for the repository with the newer packages; must not exist.
 */
export async function makeRpmRoot(
  root: string,
  repository: string,
  onLine: (line: string) => void,
): Promise<void> {
  const install = ['apt-get', '--yes', '--no-install-recommends', 'install'];
  await inRoot(root, [...install, ...packages], onLine);
  const build = join(root, 'build');
  await mkdir(build);
  await cp(specs, join(build, 'specs'), { recursive: true });
  await cp(script, join(build, 'build-packages.sh'));
  await inRoot(root, ['sh', '/build/build-packages.sh'], onLine);
  await rename(join(build, 'repository'), repository);
  await tidyRoot(root);
  for (const path of ['build', busybox, ...unwanted, ...unread]) {
    await rm(join(root, path), { recursive: true, force: true });
  }
  await writeFile(join(root, 'usr/lib/os-release'), OS_RELEASE);
}
