import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Advisory } from '../advisories/changelog.ts';
import { type DebianMirrors, sourcesList } from '../debian/mirrors.ts';
import type { Upgrade } from '../debian/upgrades.ts';
import { addFiles, type ImageOptions } from './debian-image.ts';
import type { OciLayout } from './oci-layout.ts';

const STATUS = '/var/lib/dpkg/status';
/** An address at which nothing answers. */
const DOWN = 'http://127.0.0.1:9/debian-security';
/** A package of the image that is in no package source. */
const LAGGING = 'patchwright-lagging';

/** An advisory whose fixed version is in no package source. No other image has the package. */
export const LAGGING_ADVISORY: Advisory = {
  source: LAGGING,
  id: 'CVE-2026-99999',
  fixedVersion: '2.0-1',
  title: 'A flaw whose fix has not reached the package source',
  severity: 'HIGH',
};

export interface TroubledImages {
  /** `package` is on hold. */
  readonly held: TroubledImage;
  /** The fixed version of `package` is in no package source. */
  readonly lagging: TroubledImage;
  /** The newest version of `package` depends on something that no package source has. */
  readonly unmet: TroubledImage;
  /** Another package requires `package` in its present version: an update would make apt remove it. */
  readonly needed: TroubledImage;
  /** The package source of the security fixes is down. */
  readonly down: { readonly layout: OciLayout };
}

export interface TroubledImage {
  readonly layout: OciLayout;
  readonly package: string;
}

export interface TroubleOptions {
  readonly outdated: OciLayout;
  /** The root file system of the outdated image. */
  readonly root: string;
  readonly upgrades: readonly Upgrade[];
  readonly advisories: readonly Advisory[];
  readonly mirrors: DebianMirrors;
  readonly describe: (name: string) => ImageOptions;
}

/** Makes copies of the outdated image, each with a layer that makes an update fail. */
export async function makeTroubledImages(options: TroubleOptions): Promise<TroubledImages> {
  const { outdated, root, mirrors, describe } = options;
  const upgrade = loneUpgrade(options);
  const status = await readFile(join(root, STATUS), 'utf8');
  const image = async (name: string, files: Readonly<Record<string, string>>) =>
    addFiles(outdated, files, describe(name));
  const { package: name, installed } = upgrade;
  const agent = { name: 'company-agent', version: '1.0', depends: `${name} (= ${installed})` };
  return {
    held: { package: name, layout: await image('held', { [STATUS]: onHold(status, name) }) },
    lagging: {
      package: LAGGING,
      layout: await image('lagging', withPackage(status, { name: LAGGING, version: '1.0-1' })),
    },
    unmet: {
      package: name,
      layout: await image('unmet', {
        '/etc/apt/sources.list.d/local.list': 'deb [trusted=yes] file:/srv/repo ./\n',
        '/srv/repo/Packages': newerPackage(name),
      }),
    },
    needed: { package: name, layout: await image('needed', withPackage(status, agent)) },
    down: {
      layout: await image('down', {
        '/etc/apt/sources.list': sourcesList({ ...mirrors, security: DOWN }),
      }),
    },
  };
}

/** Finds a package with advisories that is the only one of its source, so that no other update depends on it. */
function loneUpgrade({ upgrades, advisories }: TroubleOptions): Upgrade {
  const sources = new Set(advisories.map(({ source }) => source));
  const lone = upgrades.filter(
    ({ source }) =>
      sources.has(source) && upgrades.filter((one) => one.source === source).length === 1,
  );
  // Libraries come first, because other packages more often require programs in a fixed version.
  const [found] = [...lone].sort(
    (a, b) => Number(b.package.startsWith('lib')) - Number(a.package.startsWith('lib')),
  );
  if (found === undefined) throw new Error('no outdated package is the only one of its source');
  return found;
}

function onHold(status: string, name: string): string {
  const start = status.indexOf(`Package: ${name}\n`);
  const [before, after] = [status.slice(0, start), status.slice(start)];
  return before + after.replace('Status: install ok installed', 'Status: hold ok installed');
}

interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
}

/** A package that is installed according to dpkg, without files. */
function withPackage(
  status: string,
  { name, version, depends }: InstalledPackage,
): Readonly<Record<string, string>> {
  const stanza = [
    `Package: ${name}`,
    'Status: install ok installed',
    'Priority: optional',
    'Section: misc',
    'Maintainer: Debian Maintainers <maintainers@debian.example>',
    'Architecture: all',
    `Version: ${version}`,
    ...(depends === undefined ? [] : [`Depends: ${depends}`]),
    'Description: made for a test',
  ];
  return {
    [STATUS]: `${status.trimEnd()}\n\n${stanza.join('\n')}\n`,
    [`/var/lib/dpkg/info/${name}.list`]: '/.\n',
  };
}

/** apt never downloads its file, because it fails earlier. */
function newerPackage(name: string): string {
  return [
    `Package: ${name}`,
    'Version: 99:1.0-1',
    'Architecture: amd64',
    'Maintainer: Debian Maintainers <maintainers@debian.example>',
    'Depends: patchwright-nowhere (>= 2)',
    `Filename: ./${name}_1.0-1_amd64.deb`,
    'Size: 1000',
    `SHA256: ${'0'.repeat(64)}`,
    'Description: made for a test',
    '',
  ].join('\n');
}
