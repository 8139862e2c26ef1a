import type { OsVersion } from './advisory-platforms.ts';

/** An image with tools that Copa needs to patch another image. */
export interface ToolingImage {
  /** The registry that Copa names. */
  readonly upstream: string;
  /** The repository in that registry. */
  readonly repository: string;
  readonly tag: string;
}

/** Copa's own copies, which it tries first. Source: `pkg/pkgmgr/pkgmgr.go`. */
const COPIES = { upstream: 'ghcr.io', prefix: 'project-copacetic/copacetic/' } as const;

interface Original {
  readonly upstream: string;
  /** Prefix of the repository upstream only: docker.io's official images are in `library/`. */
  readonly prefix: string;
  readonly repository: string;
  readonly tag: (version: string) => string;
}

const MARINER = { upstream: 'mcr.microsoft.com', prefix: '', repository: 'cbl-mariner/base/core' };
/** For rpm systems without an image of their own below, Copa takes a static busybox from this image. */
const ANY_RPM: Original = { ...MARINER, tag: () => '2.0' };

/**
 * The image that Copa 0.14.2 asks for, by family; undefined if it needs none. Sources:
 * `getAPTImageName` in `pkg/pkgmgr/dpkg.go` with `infra/worker/copa/distroless.patch`,
 * `getRPMImageName` in `rpm.go`; `apk.go` names none. `getChrootToolImage` is for images of rpm
 * without a package manager, which are refused earlier. SUSE's three
 * families are left out: cache rules don't support their registries, and Tumbleweed would need an image
 * of the day's snapshot.
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
 * The images that Copa asks for to patch this system, in its order; one of them is enough. Undefined if
 * the tools for this family are not available.
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

/** Every family whose tools are available. */
export const TOOLING_FAMILIES: readonly string[] = [...ORIGINALS.keys()];

/**
 * Systems whose tooling images a mirror should have: those that Trivy 0.74.0 does not call end of life
 * before 2027 (`pkg/detector/ospkg`). All rpm systems except Microsoft's share one image.
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

/** Every registry that Copa may name. Each needs a mirror; otherwise BuildKit would contact it. */
export const TOOLING_UPSTREAMS: readonly string[] = [
  COPIES.upstream,
  ...new Set([...ORIGINALS.values()].flatMap((one) => (one === undefined ? [] : [one.upstream]))),
];

function dockerHub(repository: string, tag: Original['tag']): Original {
  return { upstream: 'docker.io', prefix: 'library/', repository, tag };
}

/** Of the image's own release: the packages of an image without apt come from there. */
function debianTag(version: string): string {
  return `${version.split('.', 1)}-slim`;
}

function marinerTag(version: string): string {
  const [major = version, minor = '0'] = version.split('.');
  return `${major}.${minor}`;
}
