import type { OsVersion } from './advisory-platforms.ts';

/** An image that Copa works with beside the one that it patches. */
export interface ToolingImage {
  /** The registry that Copa names. */
  readonly upstream: string;
  /** The repository there. */
  readonly repository: string;
  readonly tag: string;
}

/** Where Copa keeps copies of its own, which it tries first: `pkg/pkgmgr/pkgmgr.go`. */
const COPIES = { upstream: 'ghcr.io', prefix: 'project-copacetic/copacetic/' } as const;

interface Original {
  readonly upstream: string;
  /** Before the repository, upstream alone: docker.io's official images have no owner. */
  readonly prefix: string;
  readonly repository: string;
  readonly tag: (version: string) => string;
}

const MARINER = { upstream: 'mcr.microsoft.com', prefix: '', repository: 'cbl-mariner/base/core' };
/** Copa takes a static busybox from there for each rpm system that has no image of its own here. */
const ANY_RPM: Original = { ...MARINER, tag: () => '2.0' };

/**
 * Per family what Copa 0.14.2 asks for; undefined: nothing. Sources: `getAPTImageName` in
 * `pkg/pkgmgr/dpkg.go`, `getRPMImageName` in `rpm.go`; `apk.go` names none. Its `getChrootToolImage`
 * is for images without a package manager, which are refused before. SUSE's three families are left
 * out: no cache rule takes registry.suse.com or registry.opensuse.org as its upstream, and Tumbleweed
 * would need an image of the very day's snapshot.
 */
const ORIGINALS: ReadonlyMap<string, Original | undefined> = new Map([
  ['alpine', undefined],
  ['debian', dockerHub('debian', debianTag)],
  ['ubuntu', dockerHub('ubuntu', (version) => version)],
  [
    'azurelinux',
    {
      upstream: 'mcr.microsoft.com',
      prefix: '',
      repository: 'azurelinux/base/core',
      tag: (version: string) => (version.includes('3.0') ? '3.0' : version),
    },
  ],
  ['cbl-mariner', { ...MARINER, tag: marinerTag }],
  ['alma', ANY_RPM],
  ['amazon', ANY_RPM],
  ['centos', ANY_RPM],
  ['redhat', ANY_RPM],
  ['rocky', ANY_RPM],
]);

/**
 * What Copa asks for to patch this system, in the order of its asking: one of them is enough.
 * Undefined: its tools for this family can't be had.
 */
export function toolingImages({ family, name }: OsVersion): readonly ToolingImage[] | undefined {
  if (!ORIGINALS.has(family)) return undefined;
  const original = ORIGINALS.get(family);
  if (original === undefined) return [];
  const { upstream, prefix, repository } = original;
  const tag = original.tag(name);
  return [
    { upstream: COPIES.upstream, repository: COPIES.prefix + repository, tag },
    { upstream, repository: prefix + repository, tag },
  ];
}

/** Every family whose tools can be had. */
export const TOOLING_FAMILIES: readonly string[] = [...ORIGINALS.keys()];

/**
 * Systems in use whose tooling images a mirror should hold: what Trivy 0.74.0 does not call end of
 * life by the end of 2026 (`pkg/detector/ospkg`). All rpm systems but Microsoft's share one image.
 */
export const MIRRORED_SYSTEMS: readonly OsVersion[] = [
  { family: 'debian', name: '13.0' },
  { family: 'debian', name: '12' },
  { family: 'ubuntu', name: '26.04' },
  { family: 'ubuntu', name: '24.04' },
  { family: 'ubuntu', name: '22.04' },
  { family: 'azurelinux', name: '3.0' },
  { family: 'redhat', name: '9.6' },
];

/** Every registry that Copa may name: each needs its mirror, or BuildKit would go there. */
export const TOOLING_UPSTREAMS: readonly string[] = [
  COPIES.upstream,
  ...new Set([...ORIGINALS.values()].flatMap((one) => (one === undefined ? [] : [one.upstream]))),
];

function dockerHub(repository: string, tag: Original['tag']): Original {
  return { upstream: 'docker.io', prefix: 'library/', repository, tag };
}

/** Copa compares as text: `12.15` comes after `12` and takes `stable-slim`, `12` itself does not. */
function debianTag(version: string): string {
  return version > '12' ? 'stable-slim' : `${version.split('.', 1)}-slim`;
}

function marinerTag(version: string): string {
  const [major = version, minor = '0'] = version.split('.');
  return `${major}.${minor}`;
}
