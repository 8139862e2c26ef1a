/** Part of the stand-in for Trivy: for tests and the demo, never shipped. */

import { sha256Hex } from '../../../lib/image/digest.ts';
import type { InstalledPackage, PackageDatabase } from '../packages/installed-package.ts';
import type { OperatingSystem } from '../packages/operating-system.ts';

export interface ReportedLayer {
  readonly Digest: string;
  readonly DiffID: string;
}

/** A version in the parts of Trivy's report. */
interface VersionParts {
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
}

/** One package with the fields of Trivy's report (pkg/fanal/types/package.go, 0.74.0). */
export function reportedPackage(
  kind: PackageDatabase['kind'],
  os: OperatingSystem,
  installed: InstalledPackage,
  siblings: ReadonlyMap<string, string>,
  layer: ReportedLayer | undefined,
) {
  const own = splitVersion(kind, installed.version);
  const source = splitVersion(kind, installed.source.version);
  // For Alpine's packages, Trivy omits the leading slash.
  const files = kind === 'dpkg' ? installed.files : installed.files.map((path) => path.slice(1));
  const dependsOn = installed.dependsOn.flatMap((name) => siblings.get(name) ?? []).sort();
  return {
    ID: packageId(installed),
    Name: installed.name,
    Identifier: packageIdentifier(kind, os, installed),
    Version: own.version,
    ...(own.release ? { Release: own.release } : {}),
    ...(own.epoch ? { Epoch: own.epoch } : {}),
    Arch: installed.architecture,
    SrcName: installed.source.name,
    SrcVersion: source.version,
    ...(source.release ? { SrcRelease: source.release } : {}),
    ...(source.epoch ? { SrcEpoch: source.epoch } : {}),
    ...(installed.licenses.length > 0 ? { Licenses: installed.licenses } : {}),
    ...(installed.maintainer ? { Maintainer: installed.maintainer } : {}),
    ...(kind === 'dpkg' ? { Repository: { Class: 'official' } } : {}),
    ...(dependsOn.length > 0 ? { DependsOn: dependsOn } : {}),
    ...(layer ? { Layer: layer } : {}),
    ...(installed.digest ? { Digest: installed.digest } : {}),
    ...(files.length > 0 ? { InstalledFiles: files } : {}),
    AnalyzedBy: kind,
  };
}

export function packageId(installed: InstalledPackage): string {
  return `${installed.name}@${installed.version}`;
}

export function packageIdentifier(
  kind: PackageDatabase['kind'],
  os: OperatingSystem,
  installed: InstalledPackage,
): { readonly PURL: string; readonly UID: string } {
  const { epoch, version, release } = splitVersion(kind, installed.version);
  const whole = release ? `${version}-${release}` : version;
  const distro = kind === 'dpkg' ? `${os.family}-${os.name}` : os.name;
  const qualifiers = [`arch=${installed.architecture}`, `distro=${distro}`];
  if (epoch !== 0) {
    qualifiers.push(`epoch=${epoch}`);
  }
  const type = kind === 'dpkg' ? 'deb' : 'apk';
  const name = encodeURIComponent(installed.name);
  const purl = `pkg:${type}/${os.family}/${name}@${encodeURIComponent(whole)}?${qualifiers.join('&')}`;
  return { PURL: purl, UID: sha256Hex(purl).slice(0, 16) };
}

function splitVersion(kind: PackageDatabase['kind'], text: string): VersionParts {
  if (kind === 'apk') {
    return { epoch: 0, version: text, release: '' };
  }
  const [, epoch = '0', rest = text] = /^(?:([0-9]+):)?(.*)$/.exec(text) ?? [];
  const dash = rest.lastIndexOf('-');
  return {
    epoch: Number(epoch),
    version: dash < 0 ? rest : rest.slice(0, dash),
    release: dash < 0 ? '' : rest.slice(dash + 1),
  };
}
