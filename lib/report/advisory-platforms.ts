/** An operating system as Trivy names it: `{ family: 'debian', name: '12.5' }`. */
export interface OsVersion {
  readonly family: string;
  readonly name: string;
}

/**
 * Whether the vulnerability database holds advisories for this operating system. `platforms` are
 * the names of its buckets. Without advisories nothing is ever found, so such an image must not be
 * called clean.
 */
export function hasAdvisories(os: OsVersion, platforms: readonly string[]): boolean {
  const platform = advisoryPlatform(os);
  return platform !== undefined && platforms.includes(platform);
}

/**
 * The database's bucket that Trivy looks into for this operating system; undefined: Trivy knows no
 * advisories of this family. Names: trivy-db `pkg/vulnsrc/bucket`; which part of the version counts:
 * `Detect` of each driver in trivy 0.74.0 `pkg/detector/ospkg`.
 */
export function advisoryPlatform({ family, name }: OsVersion): string | undefined {
  switch (family) {
    case 'alma':
    case 'debian':
    case 'rocky':
      return `${family} ${major(name)}`;
    case 'alpine':
      // A snapshot of the rolling branch, such as `3.22.0_alpha20250108`, takes its packages from edge.
      return name.includes('_alpha') ? 'alpine edge' : `alpine ${minor(name)}`;
    case 'ubuntu':
      // Extended maintenance has buckets of its own: `18.04-ESM` is not answered by `18.04`.
      return `ubuntu ${name}`;
    case 'amazon':
      return `amazon linux ${amazonRelease(name)}`;
    case 'azurelinux':
      return `Azure Linux ${minor(name)}`;
    case 'cbl-mariner':
      return `CBL-Mariner ${minor(name)}`;
    case 'redhat':
    case 'centos':
      // One bucket for all releases: its entries are told apart by CPE.
      return 'Red Hat';
    case 'oracle':
      return `Oracle Linux ${major(name)}`;
    case 'photon':
      return `Photon OS ${name}`;
    case 'sles':
      return `SUSE Linux Enterprise ${name}`;
    case 'slem':
      return `SUSE Linux Enterprise Micro ${name}`;
    case 'opensuse-leap':
      return `openSUSE Leap ${name}`;
    case 'opensuse-tumbleweed':
      return 'openSUSE Tumbleweed';
    case 'bottlerocket':
    case 'chainguard':
    case 'echo':
    case 'minimos':
    case 'wolfi':
      return family;
    default:
      return undefined;
  }
}

function major(version: string): string {
  return version.split('.', 1).join('.');
}

function minor(version: string): string {
  return version.split('.', 2).join('.');
}

/** `2 (Karoo)` is 2, `2023.6.20241010` is 2023, `2018.03` is 1. */
function amazonRelease(name: string): string {
  const release = major(name.trim().split(/\s+/, 1).join(''));
  return ['2', '2022', '2023'].includes(release) ? release : '1';
}
