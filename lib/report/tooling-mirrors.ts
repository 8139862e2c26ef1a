import { RepositoryName } from '../image/reference.ts';
import type { OsVersion } from './advisory-platforms.ts';
import { TOOLING_UPSTREAMS, type ToolingImage, toolingImages } from './tooling-images.ts';

/** Where the mirror of a tooling image stands in the user's registry. */
export function mirrorOf(
  mirror: RepositoryName,
  { upstream, repository }: Pick<ToolingImage, 'upstream' | 'repository'>,
): RepositoryName {
  return RepositoryName.parse(`${mirror}/${upstream}/${repository}`);
}

/** The repositories that a job has to pull for Copa to patch these systems, each once. */
export function toolingRepositories(
  mirror: RepositoryName,
  systems: readonly OsVersion[],
): readonly RepositoryName[] {
  const images = systems.flatMap((system) => toolingImages(system) ?? []);
  return [...new Set(images.map((image) => mirrorOf(mirror, image)))];
}

/** Upstream → its mirror, as BuildKit is told. */
export function toolingMirrors(
  host: string,
  mirror: RepositoryName,
): { readonly upstream: string; readonly mirror: string }[] {
  return TOOLING_UPSTREAMS.map((upstream) => ({
    upstream,
    mirror: `${host}/${mirror}/${upstream}`,
  }));
}
