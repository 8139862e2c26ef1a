/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import { type ImageFiles, readText } from '../filesystem/image-files.ts';
import { readApkDatabase } from './apk-database.ts';
import { readDpkgDatabase } from './dpkg-database.ts';
import type { PackageDatabase } from './installed-package.ts';

/** Trivy's names: `debian` `12.5`, `alpine` `3.22.0`. */
export interface OperatingSystem {
  readonly family: string;
  readonly name: string;
}

export interface Inventory {
  readonly os: OperatingSystem | undefined;
  readonly database: PackageDatabase | undefined;
  /** Alpine: the release of the configured repositories, which overrides the system's own. */
  readonly repositoryRelease: string | undefined;
}

export function takeInventory(files: ImageFiles): Inventory {
  return {
    os: detectOperatingSystem(files),
    database: readDpkgDatabase(files) ?? readApkDatabase(files),
    repositoryRelease: alpineRepositoryRelease(files),
  };
}

/**
 * The files that Trivy reads, in its order: the distribution's own version file, then
 * `os-release`. Ubuntu has `lsb-release`, and a `debian_version` too.
 */
function detectOperatingSystem(files: ImageFiles): OperatingSystem | undefined {
  const release = readText(files, 'etc/os-release') ?? readText(files, 'usr/lib/os-release') ?? '';
  const id = releaseField(release, 'ID');
  const version = releaseField(release, 'VERSION_ID');
  const alpine = firstLine(readText(files, 'etc/alpine-release'));
  if (alpine !== undefined) {
    return { family: 'alpine', name: alpine };
  }
  const debian = firstLine(readText(files, 'etc/debian_version'));
  if (debian !== undefined && id !== 'ubuntu') {
    return { family: 'debian', name: debian };
  }
  return id === undefined || version === undefined ? undefined : { family: id, name: version };
}

function alpineRepositoryRelease(files: ImageFiles): string | undefined {
  const text = readText(files, 'etc/apk/repositories') ?? '';
  return /\/\/[^/\s]+\/alpine\/v?([0-9A-Za-z_.-]+)\//.exec(text)?.[1];
}

function releaseField(text: string, name: string): string | undefined {
  const value = new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1];
  return value?.replace(/^["']|["']$/g, '');
}

function firstLine(text: string | undefined): string | undefined {
  const line = text?.split('\n')[0]?.trim();
  return line === '' ? undefined : line;
}
