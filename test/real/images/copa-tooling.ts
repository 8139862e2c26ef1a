/** A tooling image of Copa and its place in a mirror. */
export interface ToolingImage {
  /** The reference that Copa pulls. */
  readonly upstream: string;
  /** The repository below the registry, or below the path of a mirror of it. */
  readonly repository: string;
  readonly tag: string;
}

/**
 * The tooling images of the patched Copa v0.14.2 for a Debian image: its own cache first, then the
 * official image (`getAPTImageName` in `pkg/pkgmgr/dpkg.go`, `infra/worker/copa/distroless.patch`).
 */
export function copaToolingImages(debianVersion: string): readonly ToolingImage[] {
  const major = debianVersion.split('.')[0] ?? debianVersion;
  const tag = `${major}-slim`;
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
