import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Advisory } from '../advisories/changelog.ts';
import { inRoot } from '../debian/root-filesystem.ts';
import type { Upgrade } from '../debian/upgrades.ts';

/** debootstrap leaves the package files here, inside the root. */
const archives = '/var/cache/apt/archives';
const always = ['base-files', 'libc6'] as const;
/** Outdated libraries. The scripts of apt's own and of PAM's need a whole Debian. */
const suitable = /^lib(?!apt|pam)/;

/**
 * Unpacks packages as a distroless image has them: files, and a record and checksums of each package
 * in `var/lib/dpkg/status.d`, but no shell, no dpkg and no scripts. Returns the folder. Format:
 * PACKAGE_METADATA.md of GoogleContainerTools/distroless.
 * @param debian the root of the outdated image, with debootstrap's package files.
 */
export async function makeDistrolessRoot(
  debian: string,
  upgrades: readonly Upgrade[],
  advisories: readonly Advisory[],
): Promise<string> {
  const root = '/patchwright-distroless';
  const status = join(debian, root, 'var/lib/dpkg/status.d');
  const flawed = new Set(advisories.map(({ source }) => source));
  const outdated = upgrades
    .filter((one) => suitable.test(one.package) && flawed.has(one.source))
    .map((one) => one.package);
  if (outdated.length === 0) throw new Error('no library of Debian is outdated today');
  const files = await readdir(join(debian, archives));
  await mkdir(status, { recursive: true });
  for (const name of [...always, ...outdated]) {
    const file = files.find((one) => one.startsWith(`${name}_`));
    if (file === undefined) throw new Error(`debootstrap left no file of ${name}`);
    const archive = `${archives}/${file}`;
    await inRoot(debian, ['dpkg-deb', '--extract', archive, root]);
    const control = await inRoot(debian, ['dpkg-deb', '--field', archive]);
    await writeFile(join(status, name), control.stdout);
    const sums = await inRoot(debian, ['dpkg-deb', '--info', archive, 'md5sums']);
    await writeFile(join(status, `${name}.md5sums`), sums.stdout);
  }
  return join(debian, root);
}
