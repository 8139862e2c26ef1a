/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import { type ImageFiles, readText } from '../filesystem/image-files.ts';
import type { InstalledPackage, PackageDatabase } from './installed-package.ts';

export const APK_INSTALLED = 'lib/apk/db/installed';

/** Reads Alpine's database; undefined if there is none. Format: apk-tools, `apk-db(5)`. */
export function readApkDatabase(files: ImageFiles): PackageDatabase | undefined {
  const text = readText(files, APK_INSTALLED);
  if (text === undefined) {
    return undefined;
  }
  const stanzas = text.split(/\n\n+/).filter((stanza) => stanza.trim() !== '');
  const owners = new Map(stanzas.flatMap(providedNames));
  const packages = stanzas.flatMap((stanza) => parseStanza(stanza, owners) ?? []);
  return { kind: 'apk', path: APK_INSTALLED, packages };
}

/** The database's text with these packages at these versions, otherwise unchanged. */
export function rewriteApkInstalled(text: string, versions: ReadonlyMap<string, string>): string {
  const stanzas = text.split(/\n\n+/).filter((stanza) => stanza.trim() !== '');
  const rewritten = stanzas.map((stanza) => {
    const version = versions.get(fieldValue(stanza, 'P') ?? '');
    return version === undefined ? stanza : stanza.replace(/^V:.*$/m, `V:${version}`);
  });
  return `${rewritten.map((stanza) => stanza.trim()).join('\n\n')}\n\n`;
}

function providedNames(stanza: string): readonly (readonly [string, string])[] {
  const name = fieldValue(stanza, 'P') ?? '';
  const provides = (fieldValue(stanza, 'p') ?? '').split(' ').map(withoutRequirement);
  return [name, ...provides].filter((one) => one !== '').map((one) => [one, name] as const);
}

function parseStanza(
  stanza: string,
  owners: ReadonlyMap<string, string>,
): InstalledPackage | undefined {
  const name = fieldValue(stanza, 'P');
  const version = fieldValue(stanza, 'V');
  if (name === undefined || version === undefined) {
    return undefined;
  }
  const needs = (fieldValue(stanza, 'D') ?? '').split(' ').filter((need) => !need.startsWith('!'));
  const dependsOn = needs.flatMap((need) => owners.get(withoutRequirement(need)) ?? []);
  return {
    name,
    version,
    architecture: fieldValue(stanza, 'A') ?? '',
    source: { name: fieldValue(stanza, 'o') ?? name, version },
    maintainer: fieldValue(stanza, 'm'),
    digest: digestOfChecksum(fieldValue(stanza, 'C') ?? ''),
    licenses: (fieldValue(stanza, 'L') ?? '').split(/ AND | OR /).filter((one) => one !== ''),
    dependsOn: [...new Set(dependsOn)],
    files: installedFiles(stanza),
  };
}

function installedFiles(stanza: string): readonly string[] {
  const files: string[] = [];
  let folder = '';
  for (const line of stanza.split('\n')) {
    if (line.startsWith('F:')) {
      folder = line.slice(2);
    } else if (line.startsWith('R:')) {
      files.push(folder === '' ? `/${line.slice(2)}` : `/${folder}/${line.slice(2)}`);
    }
  }
  return files.sort();
}

function fieldValue(stanza: string, field: string): string | undefined {
  return new RegExp(`^${field}:(.*)$`, 'm').exec(stanza)?.[1]?.trim();
}

function withoutRequirement(text: string): string {
  return text.replace(/[<>=~].*$/, '');
}

/** `Q1` followed by base64 is a SHA-1. */
function digestOfChecksum(checksum: string): string | undefined {
  return checksum.startsWith('Q1')
    ? `sha1:${Buffer.from(checksum.slice(2), 'base64').toString('hex')}`
    : undefined;
}
