import type { Scan } from './finding.ts';

export type Patchability =
  | { readonly patchable: true }
  | {
      readonly patchable: false;
      readonly reason: 'unsupported-os' | 'end-of-life';
      readonly detail: string;
    };

/** Copa patches them, with tools from registries that have no mirror. */
const WITHOUT_TOOLS = new Set(['opensuse-leap', 'opensuse-tumbleweed', 'sles']);

/** What an image must hold for its own package manager to do the work: all of one, any of another. */
interface NeededPackages {
  readonly all: readonly string[];
  readonly any?: readonly string[];
}

const DPKG: NeededPackages = { all: ['dpkg', 'apt'] };
const RPM: NeededPackages = { all: ['rpm'], any: ['tdnf', 'dnf', 'yum', 'microdnf'] };

/**
 * The families that Copa 0.14.2 patches (`pkg/pkgmgr`), less those that Trivy has no advisories for,
 * Oracle Linux, which Copa refuses unless it is told to ignore errors, and those whose tools can't be
 * mirrored (`tooling-images.ts`).
 */
const FAMILIES: ReadonlyMap<string, NeededPackages> = new Map([
  ['debian', DPKG],
  ['ubuntu', DPKG],
  ['alpine', { all: ['apk-tools'] }],
  ['alma', RPM],
  ['amazon', RPM],
  ['azurelinux', RPM],
  ['cbl-mariner', RPM],
  ['centos', RPM],
  ['redhat', RPM],
  ['rocky', RPM],
]);

/**
 * Whether Copa can patch this image, and whether what it would do can be trusted. An image without
 * its own package manager is refused: for dpkg Copa may then write the fixed version into
 * `status.d` and leave the old file where it stands, and for rpm it installs with signature checks
 * turned off (`--nogpgcheck`).
 */
export function patchability(scan: Scan): Patchability {
  const { os } = scan;
  if (os === undefined) return unsupported('no operating system was found in the image');

  if (os.endOfLife) {
    const detail = `${os.family} ${os.name} gets no more security updates`;
    return { patchable: false, reason: 'end-of-life', detail };
  }

  if (WITHOUT_TOOLS.has(os.family)) {
    return unsupported(`Copa's tools for ${os.family} come from SUSE, and have no mirror`);
  }
  const needed = FAMILIES.get(os.family);
  if (needed === undefined) return unsupported(`${os.family} can't be patched`);
  if (scan.packages.length === 0) {
    return unsupported('the report lists no packages, so the package manager is unknown');
  }

  const names = new Set(scan.packages.map((installed) => installed.name));
  const missing = needed.all.filter((name) => !names.has(name));
  if (missing.length > 0) return unsupported(`the image has no ${missing.join(' and no ')}`);
  if (needed.any !== undefined && !needed.any.some((name) => names.has(name))) {
    return unsupported(`the image has none of ${needed.any.join(', ')}`);
  }
  return { patchable: true };
}

function unsupported(detail: string): Patchability {
  return { patchable: false, reason: 'unsupported-os', detail };
}
