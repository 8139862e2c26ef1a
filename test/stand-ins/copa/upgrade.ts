/** Part of the stand-in for Copa: for tests and the demo, never shipped. */
import { createHash } from 'node:crypto';
import { type ImageFiles, readText } from '../filesystem/image-files.ts';
import type { LayerEntry } from '../filesystem/layer.ts';
import { textFile, withParentFolders } from '../filesystem/parent-folders.ts';
import { APK_INSTALLED, rewriteApkInstalled } from '../packages/apk-database.ts';
import {
  binaryVersion,
  DPKG_STATUS,
  infoFilePaths,
  recordPaths,
  rewriteDpkgStatus,
  STATUS_FOLDER,
} from '../packages/dpkg-database.ts';
import type { InstalledPackage, PackageDatabase } from '../packages/installed-package.ts';
import { packageFileContent } from '../packages/package-content.ts';
import { compareApkVersions } from '../versions/apk-version.ts';
import { compareDebianVersions } from '../versions/debian-version.ts';

export interface UpgradedPackage {
  readonly installed: InstalledPackage;
  readonly version: string;
}

/** The result of a package manager's run: the entries of each layer, oldest first. */
export interface Upgrade {
  readonly upgraded: readonly UpgradedPackage[];
  readonly missing: readonly string[];
  readonly layers: readonly { readonly command: string; readonly entries: readonly LayerEntry[] }[];
}

/** Updates packages to at least these versions, by writing the files of the real package manager. */
export function upgradePackages(
  files: ImageFiles,
  database: PackageDatabase,
  wanted: ReadonlyMap<string, string>,
  now: Date,
): Upgrade {
  const byName = new Map(database.packages.map((installed) => [installed.name, installed]));
  const missing = [...wanted.keys()].filter((name) => !byName.has(name));
  const upgraded = [...wanted].flatMap(([name, fixed]): UpgradedPackage[] => {
    const installed = byName.get(name);
    return installed !== undefined && isOlder(database.kind, installed, fixed)
      ? [{ installed, version: newVersion(database.kind, installed, fixed) }]
      : [];
  });
  const names = [...wanted.keys()].join(' ');
  const layers =
    database.kind === 'dpkg'
      ? [debianLayer(names, database, { files, upgraded, now })]
      : [
          { command: `apk add --no-cache ${names}`, entries: worldEntries(files, wanted) },
          { command: `apk upgrade --no-cache ${names}`, entries: alpineEntries(files, upgraded) },
        ];
  return { upgraded, missing, layers };
}

function isOlder(kind: PackageDatabase['kind'], installed: InstalledPackage, fixed: string) {
  const compare = kind === 'dpkg' ? compareDebianVersions : compareApkVersions;
  return compare(installed.source.version, fixed) < 0;
}

function newVersion(kind: PackageDatabase['kind'], installed: InstalledPackage, fixed: string) {
  return kind === 'dpkg' ? binaryVersion(installed, fixed) : fixed;
}

function debianLayer(
  names: string,
  { path }: PackageDatabase,
  run: {
    readonly files: ImageFiles;
    readonly upgraded: readonly UpgradedPackage[];
    readonly now: Date;
  },
) {
  return path === STATUS_FOLDER
    ? { command: '/bin/sh -c ./download.sh', entries: distrolessEntries(run.files, run.upgraded) }
    : { command: aptCommand(names), entries: debianEntries(run.files, run.upgraded, run.now) };
}

/** Each package's new files, record and checksums, like Copa with `distroless.patch`. */
function distrolessEntries(
  files: ImageFiles,
  upgraded: readonly UpgradedPackage[],
): readonly LayerEntry[] {
  const entries = upgraded.flatMap((one): readonly LayerEntry[] => {
    const { name } = one.installed;
    const replaced = replacedFiles(files, one);
    const records = recordPaths(files, name).map((path) => {
      const record = rewriteDpkgStatus(readText(files, path) ?? '', new Map([[name, one.version]]));
      return textFile(path, path.endsWith('.md5sums') ? checksumsOf(replaced) : record);
    });
    return [...replaced, ...records];
  });
  return withParentFolders(entries);
}

/** Source: Copa 0.14.2, pkg/pkgmgr/dpkg.go. */
function aptCommand(names: string): string {
  return `sh -c apt-get -o Acquire::Retries=3 install --no-install-recommends -y ${names} && apt-get clean -y`;
}

function debianEntries(
  files: ImageFiles,
  upgraded: readonly UpgradedPackage[],
  now: Date,
): readonly LayerEntry[] {
  const status = readText(files, DPKG_STATUS) ?? '';
  const versions = new Map(upgraded.map(({ installed, version }) => [installed.name, version]));
  const stamp = now.toISOString().slice(0, 19).replace('T', ' ');
  const log = upgraded.map(
    ({ installed: { name, architecture, version: old }, version }) =>
      `${stamp} upgrade ${name}:${architecture} ${old} ${version}\n`,
  );
  const history = `\nStart-Date: ${stamp}\nUpgrade: ${[...versions.keys()].join(', ')}\nEnd-Date: ${stamp}\n`;
  const entries = upgraded.flatMap((one) => debianPackageEntries(files, one));
  const databaseEntries =
    upgraded.length === 0
      ? []
      : [
          textFile(DPKG_STATUS, rewriteDpkgStatus(status, versions)),
          textFile(`${DPKG_STATUS}-old`, status),
          textFile('var/log/dpkg.log', (readText(files, 'var/log/dpkg.log') ?? '') + log.join('')),
        ];
  return withParentFolders([
    ...entries,
    ...databaseEntries,
    textFile(
      'var/log/apt/history.log',
      (readText(files, 'var/log/apt/history.log') ?? '') + history,
    ),
  ]);
}

/** The package's new files, its unchanged list, and the new checksums. */
function debianPackageEntries(files: ImageFiles, one: UpgradedPackage): readonly LayerEntry[] {
  const replaced = replacedFiles(files, one);
  const info = infoFilePaths(files, one.installed.name).map((path) =>
    path.endsWith('.md5sums')
      ? textFile(path, checksumsOf(replaced))
      : textFile(path, readText(files, path) ?? ''),
  );
  return [...replaced, ...info];
}

function checksumsOf(entries: readonly LayerEntry[]): string {
  const lines = entries.flatMap((entry) =>
    entry.type === 'file'
      ? [`${createHash('md5').update(entry.content).digest('hex')}  ${entry.path}\n`]
      : [],
  );
  return lines.join('');
}

/** `apk add` adds its packages to `world`, even if they were installed. */
function worldEntries(
  files: ImageFiles,
  wanted: ReadonlyMap<string, string>,
): readonly LayerEntry[] {
  const world = (readText(files, 'etc/apk/world') ?? '').split('\n').filter((line) => line !== '');
  const names = [...new Set([...world, ...wanted.keys()])].sort();
  return withParentFolders([textFile('etc/apk/world', `${names.join('\n')}\n`)]);
}

function alpineEntries(
  files: ImageFiles,
  upgraded: readonly UpgradedPackage[],
): readonly LayerEntry[] {
  const versions = new Map(upgraded.map(({ installed, version }) => [installed.name, version]));
  const installed = rewriteApkInstalled(readText(files, APK_INSTALLED) ?? '', versions);
  return withParentFolders([
    ...upgraded.flatMap((one) => replacedFiles(files, one)),
    textFile(APK_INSTALLED, installed),
  ]);
}

function replacedFiles(files: ImageFiles, one: UpgradedPackage): readonly LayerEntry[] {
  return one.installed.files.flatMap((owned): LayerEntry[] => {
    const path = owned.slice(1);
    const entry = files.get(path);
    // Configuration files and links stay unchanged.
    if (entry?.type !== 'file' || path.startsWith('etc/')) {
      return [];
    }
    return [{ ...entry, content: packageFileContent(one.installed.name, one.version, owned) }];
  });
}
