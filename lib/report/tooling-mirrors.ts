import { RepositoryName } from '../image/reference.ts';
import type { OsVersion } from './advisory-platforms.ts';
import { TOOLING_UPSTREAMS, type ToolingImage, toolingImages } from './tooling-images.ts';

/** The repository in the user's registry that mirrors a tooling image. */
export function mirrorOf(
  mirror: RepositoryName,
  { upstream, repository }: Pick<ToolingImage, 'upstream' | 'repository'>,
): RepositoryName {
  return RepositoryName.parse(`${mirror}/${upstream}/${repository}`);
}

/** The repositories that a job must be allowed to pull so that Copa can patch these systems. */
export function toolingRepositories(
  mirror: RepositoryName,
  systems: readonly OsVersion[],
): readonly RepositoryName[] {
  const images = systems.flatMap((system) => toolingImages(system) ?? []);
  return [...new Set(images.map((image) => mirrorOf(mirror, image)))];
}

/** Each upstream registry with its mirror, for BuildKit's configuration. */
export function toolingMirrors(
  host: string,
  mirror: RepositoryName,
): { readonly upstream: string; readonly mirror: string }[] {
  return TOOLING_UPSTREAMS.map((upstream) => ({
    upstream,
    mirror: `${host}/${mirror}/${upstream}`,
  }));
}
