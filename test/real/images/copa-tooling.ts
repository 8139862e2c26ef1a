/** An image that Copa pulls by itself, and where a mirror must have it. */
export interface ToolingImage {
  /** The reference that Copa asks for. */
  readonly upstream: string;
  /** The repository below the registry, or below the path of a mirror of it. */
  readonly repository: string;
  readonly tag: string;
}

/**
 * The images that Copa v0.14.2 takes its tools from for a Debian image: its own cache first, then the
 * official image. The tag depends on how the version compares as text (`getAPTImageName` in
 * `pkg/pkgmgr/dpkg.go`): `12.15` comes after `12`, and so takes `stable-slim`.
 */
export function copaToolingImages(debianVersion: string): readonly ToolingImage[] {
  const major = debianVersion.split('.')[0] ?? debianVersion;
  const tag = debianVersion > '12' ? 'stable-slim' : `${major}-slim`;
  return [
    {
      upstream: `ghcr.io/project-copacetic/copacetic/debian:${tag}`,
      repository: 'project-copacetic/copacetic/debian',
      tag,
    },
    {
      upstream: `docker.io/library/debian:${tag}`,
      repository: 'library/debian',
      tag,
    },
  ];
}
