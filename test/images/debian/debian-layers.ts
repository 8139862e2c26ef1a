/** Part of the images that tests and the demo work on; never shipped. */
import { createHash } from 'node:crypto';
import type { LayerEntry } from '../../stand-ins/filesystem/layer.ts';
import { textFile, withParentFolders } from '../../stand-ins/filesystem/parent-folders.ts';
import { packageFileContent, packageFileMode } from '../../stand-ins/packages/package-content.ts';
import { type DebianPackage, statusParagraph } from './debian-packages.ts';

export interface DebianRelease {
  /** The content of `/etc/debian_version`. */
  readonly version: string;
  readonly codename: string;
}

/** The root file system of a minimal Debian, with its package database. */
export function debianBase(
  release: DebianRelease,
  packages: readonly DebianPackage[],
): readonly LayerEntry[] {
  return withParentFolders([
    ...mergedUsr(),
    ...['dev', 'home', 'proc', 'root', 'run', 'sys', 'var/cache/apt', 'var/tmp'].map(folder),
    { type: 'directory', path: 'tmp', mode: 0o1777 },
    ...packages.flatMap(packageEntries),
    textFile('etc/debian_version', `${release.version}\n`),
    textFile('usr/lib/os-release', osRelease(release)),
    { type: 'symlink', path: 'etc/os-release', target: '../usr/lib/os-release' },
    textFile('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n'),
    textFile('etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
    textFile('etc/apt/sources.list', aptSources(release)),
    textFile('var/lib/dpkg/status', statusOf(packages)),
    textFile('var/lib/dpkg/available', ''),
    textFile('var/log/dpkg.log', ''),
  ]);
}

/** The files that `apt-get install` of these packages writes on a system with the others. */
export function debianInstall(
  before: readonly DebianPackage[],
  added: readonly DebianPackage[],
): readonly LayerEntry[] {
  return withParentFolders([
    ...added.flatMap(packageEntries),
    textFile('var/lib/dpkg/status', statusOf([...before, ...added])),
    textFile('var/lib/dpkg/status-old', statusOf(before)),
    textFile(
      'var/log/dpkg.log',
      added.map(({ name, version }) => `install ${name} ${version}\n`).join(''),
    ),
  ]);
}

function packageEntries(one: DebianPackage): readonly LayerEntry[] {
  const files = one.files
    .filter((path) => path !== '/usr/lib/os-release')
    .map((path): LayerEntry & { readonly type: 'file' } => ({
      type: 'file',
      path: path.slice(1),
      mode: packageFileMode(path),
      content: packageFileContent(one.name, one.version, path),
    }));
  const links = Object.entries(one.links ?? {}).map(
    ([path, target]): LayerEntry => ({ type: 'symlink', path: path.slice(1), target }),
  );
  const sums = files.map(
    ({ path, content }) => `${createHash('md5').update(content).digest('hex')}  ${path}\n`,
  );
  const owned = [...one.files, ...Object.keys(one.links ?? {})].sort();
  const info = one.multiArch === 'same' ? `${one.name}:${one.architecture}` : one.name;
  return [
    ...files,
    ...links,
    textFile(`var/lib/dpkg/info/${info}.list`, `/.\n${owned.join('\n')}\n`),
    textFile(`var/lib/dpkg/info/${info}.md5sums`, sums.join('')),
  ];
}

function statusOf(packages: readonly DebianPackage[]): string {
  const sorted = [...packages].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${sorted.map(statusParagraph).join('\n\n')}\n`;
}

function mergedUsr(): readonly LayerEntry[] {
  return ['bin', 'lib', 'lib64', 'sbin'].flatMap((name): LayerEntry[] => [
    folder(`usr/${name}`),
    { type: 'symlink', path: name, target: `usr/${name}` },
  ]);
}

function folder(path: string): LayerEntry {
  return { type: 'directory', path, mode: 0o755 };
}

function osRelease({ version, codename }: DebianRelease): string {
  const major = version.split('.')[0] ?? version;
  return [
    `PRETTY_NAME="Debian GNU/Linux ${major} (${codename})"`,
    'NAME="Debian GNU/Linux"',
    `VERSION_ID="${major}"`,
    `VERSION="${major} (${codename})"`,
    `VERSION_CODENAME=${codename}`,
    'ID=debian',
    '',
  ].join('\n');
}

function aptSources({ codename }: DebianRelease): string {
  return `deb https://mirror.example/debian ${codename} main\ndeb https://mirror.example/debian-security ${codename}-security main\n`;
}
