import type { InstalledPackage, Scan } from './finding.ts';

/**
 * Distributions whose vendor rebuilds the images, and the suppliers that Trivy 0.74.0 names
 * (`pkg/fanal/types/const.go`).
 */
const FAMILIES: ReadonlyMap<string, string> = new Map([
  ['chainguard', 'Chainguard'],
  ['wolfi', 'Chainguard'],
  ['echo', 'Echo'],
  ['minimos', 'Minimus'],
]);
const SUPPLIERS: ReadonlyMap<string, string> = new Map([
  ['rapidfort', 'RapidFort'],
  ['seal', 'Seal Security'],
]);
/** Labels of Docker's hardened images, for example `com.docker.dhi.name`. */
const HARDENED = 'com.docker.dhi.';
const ROOT_IO = /\.root\.io/;
const ROOT_IO_ALPINE = /-r\d007\d$/;
const RAPIDFORT = /\+rf|rfubu/;

/**
 * The vendor that fixes the image's packages under its own versions; undefined if there is none. The
 * distribution's packages would undo these fixes. Versions and names: Trivy 0.74.0,
 * `pkg/detector/ospkg/{rootio,seal,rapidfort}`.
 */
export function vendorOf(scan: Pick<Scan, 'os' | 'labels' | 'packages'>): string | undefined {
  const { os, labels = [], packages } = scan;
  if (os === undefined) return undefined;
  return (
    FAMILIES.get(os.family) ??
    SUPPLIERS.get(os.supplier ?? '') ??
    (labels.some((label) => label.startsWith(HARDENED)) ? 'Docker' : undefined) ??
    vendorOfPackages(os.family, packages)
  );
}

function vendorOfPackages(
  family: string,
  packages: readonly InstalledPackage[],
): string | undefined {
  if (packages.some(({ name }) => name.toLowerCase().startsWith('seal-'))) return 'Seal Security';
  const any = (pattern: RegExp) => packages.some(({ version }) => pattern.test(version));
  switch (family) {
    case 'alpine':
      return any(ROOT_IO_ALPINE) ? 'Root.io' : undefined;
    case 'debian':
    case 'ubuntu':
      if (any(ROOT_IO)) return 'Root.io';
      return any(RAPIDFORT) ? 'RapidFort' : undefined;
    default:
      return undefined;
  }
}
