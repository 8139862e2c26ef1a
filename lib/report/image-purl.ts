import type { Digest } from '../image/digest.ts';
import type { RegistryHost, RepositoryName } from '../image/reference.ts';

export interface ImageName {
  readonly host: RegistryHost;
  readonly repository: RepositoryName;
}

/** The package URL of an image: `pkg:oci/NAME@DIGEST?repository_url=HOST/REPOSITORY`. */
export function imagePurl({ host, repository }: ImageName, digest: Digest): string {
  const name = repository.split('/').at(-1) ?? repository;
  return `pkg:oci/${name}@${digest}?repository_url=${host}/${repository}`;
}
