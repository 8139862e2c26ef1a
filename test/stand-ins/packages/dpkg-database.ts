/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */

import { type ImageFiles, readText } from '../filesystem/image-files.ts';
import { epochPrefix } from '../versions/debian-version.ts';
import type { InstalledPackage, PackageDatabase } from './installed-package.ts';

export const DPKG_STATUS = 'var/lib/dpkg/status';
export const STATUS_FOLDER = 'var/lib/dpkg/status.d/';
const INFO_FOLDER = 'var/lib/dpkg/info/';

/** Reads `status`, or `status.d` of distroless images; undefined if there is neither. */
export function readDpkgDatabase(files: ImageFiles): PackageDatabase | undefined {
  const status = readText(files, DPKG_STATUS);
  if (status !== undefined) {
    return { kind: 'dpkg', path: DPKG_STATUS, packages: parseStatus(status, files) };
  }
  const parts = [...files.keys()].filter(
    (path) => path.startsWith(STATUS_FOLDER) && !path.endsWith('.md5sums'),
  );
  if (parts.length === 0) {
    return undefined;
  }
  const packages = parts.flatMap((path) => parseStatus(readText(files, path) ?? '', files));
  return { kind: 'dpkg', path: STATUS_FOLDER, packages };
}

/** The text of `status` with these packages at these versions, otherwise unchanged. */
export function rewriteDpkgStatus(status: string, versions: ReadonlyMap<string, string>): string {
  const paragraphs = status.split(/\n\n+/).filter((text) => text.trim() !== '');
  const rewritten = paragraphs.map((text) => {
    const version = versions.get(fieldOf(text, 'Package') ?? '');
    return version === undefined ? text.trimEnd() : withVersion(text.trimEnd(), version);
  });
  return `${rewritten.join('\n\n')}\n`;
}

/**
 * The version of a binary package when its source reaches `fixed`. Some have an epoch that
 * their source lacks (`bsdutils` 1:2.38.1-5 of `util-linux` 2.38.1-5).
 */
export function binaryVersion(installed: InstalledPackage, fixed: string): string {
  const own = epochPrefix(installed.version);
  const ofSource = epochPrefix(installed.source.version);
  return own === ofSource || epochPrefix(fixed) === own ? fixed : `${own}${fixed}`;
}

/** Names of a package's record and checksums in `status.d`. */
export function recordPaths(files: ImageFiles, name: string): readonly string[] {
  const record = `${STATUS_FOLDER}${name}`;
  return [record, `${record}.md5sums`].filter((path) => files.has(path));
}

/** Names of a package's own files in the info folder, such as `libssl3:amd64.list`. */
export function infoFilePaths(files: ImageFiles, name: string): readonly string[] {
  return [...files.keys()].filter((path) => {
    const base = path.startsWith(INFO_FOLDER) ? path.slice(INFO_FOLDER.length) : '';
    return base.startsWith(`${name}.`) || base.startsWith(`${name}:`);
  });
}

function withVersion(paragraph: string, version: string): string {
  const source = fieldOf(paragraph, 'Source');
  const ofSource = / \((.+)\)$/.exec(source ?? '')?.[1];
  const next = paragraph.replace(/^Version: .*$/m, `Version: ${version}`);
  if (source === undefined || ofSource === undefined) {
    return next;
  }
  const bare = version.slice(epochPrefix(version).length);
  const name = source.replace(/ .*$/, '');
  return next.replace(/^Source: .*$/m, `Source: ${name} (${epochPrefix(ofSource)}${bare})`);
}

function parseStatus(text: string, files: ImageFiles): readonly InstalledPackage[] {
  return text.split(/\n\n+/).flatMap((paragraph) => parseParagraph(paragraph, files) ?? []);
}

function parseParagraph(text: string, files: ImageFiles): InstalledPackage | undefined {
  const name = fieldOf(text, 'Package');
  const version = fieldOf(text, 'Version');
  const status = (fieldOf(text, 'Status') ?? '').split(' ');
  if (name === undefined || version === undefined) {
    return undefined;
  }
  if (status.includes('deinstall') || status.includes('purge')) {
    return undefined;
  }
  const source = /^(\S+)(?: \((.+)\))?$/.exec(fieldOf(text, 'Source') ?? '');
  const architecture = fieldOf(text, 'Architecture') ?? '';
  return {
    name,
    version,
    architecture,
    source: { name: source?.[1] ?? name, version: source?.[2] ?? version },
    maintainer: fieldOf(text, 'Maintainer'),
    digest: undefined,
    licenses: [],
    dependsOn: parseDepends(fieldOf(text, 'Depends') ?? ''),
    files: installedFiles(files, name, architecture),
  };
}

function fieldOf(paragraph: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1]?.trim();
}

function parseDepends(text: string): readonly string[] {
  const names = text.split(/[,|]/).map((part) => part.replace(/\(.*$/, '').trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

/** Reads `md5sums`, which lists only regular files, like Trivy. */
function installedFiles(files: ImageFiles, name: string, architecture: string): readonly string[] {
  const sums =
    readText(files, `${INFO_FOLDER}${name}.md5sums`) ??
    readText(files, `${INFO_FOLDER}${name}:${architecture}.md5sums`) ??
    readText(files, `${STATUS_FOLDER}${name}.md5sums`) ??
    '';
  return sums
    .split('\n')
    .flatMap((line) => /^[0-9a-f]{32} {2}(.+)$/.exec(line)?.[1] ?? [])
    .map((path) => `/${path}`)
    .sort();
}
