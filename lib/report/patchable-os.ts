import { fixable, type Scan } from './finding.ts';

export type Patchability =
  | { readonly patchable: true }
  | {
      readonly patchable: false;
      readonly reason: 'unsupported-os' | 'end-of-life';
      readonly detail: string;
    };

/** Copa can patch these, but its tools come from registries that can't be mirrored. */
const WITHOUT_TOOLS = new Set(['opensuse-leap', 'opensuse-tumbleweed', 'sles']);

/** Packages in a detail. */
const SHOWN = 5;

/** The packages that an image's own package manager needs: all of `all`, and one of `any`. */
interface NeededPackages {
  readonly all: readonly string[];
  readonly any?: readonly string[];
}

const DPKG: NeededPackages = { all: ['dpkg', 'apt'] };
const RPM: NeededPackages = { all: ['rpm'], any: ['tdnf', 'dnf', 'yum', 'microdnf'] };

/**
 * The families that Copa 0.14.2 patches (`pkg/pkgmgr`), without those that Trivy has no advisories for,
 * those whose tools can't be mirrored (`tooling-images.ts`), and Oracle Linux, which Copa patches only
 * with errors ignored.
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
 * Decides whether Copa can patch this image reliably. An rpm image without its own package manager is
 * refused: Copa installs without signature checks (`--nogpgcheck`).
 */
export function patchability(scan: Scan): Patchability {
  const { os } = scan;
  if (os === undefined) return unsupported('the scan found no operating system');

  if (os.endOfLife) {
    const detail = `${os.family} ${os.name} no longer gets security updates`;
    return { patchable: false, reason: 'end-of-life', detail };
  }

  if (WITHOUT_TOOLS.has(os.family)) {
    return unsupported(
      `Copa's tools for ${os.family} come from SUSE's registries, which can't be mirrored`,
    );
  }
  const needed = FAMILIES.get(os.family);
  if (needed === undefined) return unsupported(`Copa can't patch ${os.family}`);
  if (scan.packages.length === 0) {
    return unsupported('the report lists no packages, so the package manager is unknown');
  }

  const names = new Set(scan.packages.map((installed) => installed.name));
  const missing = needed.all.filter((name) => !names.has(name));
  if (needed === DPKG && missing.length === DPKG.all.length) return withoutManager(scan);
  if (missing.length > 0) return unsupported(`the image has no ${missing.join(' and no ')}`);
  if (needed.any !== undefined && !needed.any.some((name) => names.has(name))) {
    return unsupported(`the image has none of ${needed.any.join(', ')}`);
  }
  return { patchable: true };
}

/** Copa updates a distroless image from outside. Without file lists, nobody could verify the update. */
function withoutManager(scan: Scan): Patchability {
  const listed = new Set(scan.packages.filter((one) => one.hasFiles).map(({ name }) => name));
  const outdated = new Set(fixable(scan).map((finding) => finding.package));
  const unlisted = [...outdated].filter((name) => !listed.has(name));
  if (unlisted.length === 0) return { patchable: true };
  const shown = unlisted.slice(0, SHOWN).join(', ') + (unlisted.length > SHOWN ? ', …' : '');
  return unsupported(
    `the image has no dpkg and no apt, and no file list (status.d/*.md5sums) of ${shown}`,
  );
}

function unsupported(detail: string): Patchability {
  return { patchable: false, reason: 'unsupported-os', detail };
}
