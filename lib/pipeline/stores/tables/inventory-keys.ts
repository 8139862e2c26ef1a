import type { Digest } from '../../../image/digest.ts';
import type { RepositoryName } from '../../../image/reference.ts';

/** Keys of Table Storage must not contain a slash. */
export function partitionOf(repository: RepositoryName): string {
  return repository.replaceAll('/', '|');
}

/** Until version 2 of the tables, the app's own row of an image was in the public inventory. */
export function formerImageKeys(image: {
  readonly repository: RepositoryName;
  readonly digest: Digest;
}) {
  return { partitionKey: partitionOf(image.repository), rowKey: `@${image.digest}` };
}
