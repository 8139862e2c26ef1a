/** An operating system as Trivy names it: `{ family: 'debian', name: '12.5' }`. */
export interface OsVersion {
  readonly family: string;
  readonly name: string;
}

/**
 * True if the vulnerability database has advisories for this operating system. `platforms` are its
 * bucket names. A scan without advisories finds nothing, so such an image must not be called clean.
 */
export function hasAdvisories(os: OsVersion, platforms: readonly string[]): boolean {
  const platform = advisoryPlatform(os);
  return platform !== undefined && platforms.includes(platform);
}

/**
 * The database bucket that Trivy uses for this operating system; undefined if Trivy has no advisories
 * for the family. Names: trivy-db `pkg/vulnsrc/bucket`. Versions: `Detect` of each driver in trivy
 * 0.74.0 `pkg/detector/ospkg`.
 */
export function advisoryPlatform({ family, name }: OsVersion): string | undefined {
  switch (family) {
    case 'alma':
    case 'debian':
    case 'rocky':
      return `${family} ${major(name)}`;
    case 'alpine':
      // A snapshot of the rolling branch (`3.22.0_alpha20250108`) gets its packages from edge.
      return name.includes('_alpha') ? 'alpine edge' : `alpine ${minor(name)}`;
    case 'ubuntu':
      // Extended maintenance has its own buckets: `18.04-ESM` is not `18.04`.
      return `ubuntu ${name}`;
    case 'amazon':
      return `amazon linux ${amazonRelease(name)}`;
    case 'azurelinux':
      return `Azure Linux ${minor(name)}`;
    case 'cbl-mariner':
      return `CBL-Mariner ${minor(name)}`;
    case 'redhat':
    case 'centos':
      // One bucket serves all releases; its entries differ by CPE.
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

/** The release that Trivy looks up: `2 (Karoo)` is 2, `2023.6.20241010` is 2023, `2018.03` is 1. */
function amazonRelease(name: string): string {
  const release = major(name.trim().split(/\s+/, 1).join(''));
  return ['2', '2022', '2023'].includes(release) ? release : '1';
}
