import type { Digest } from '../../../image/digest.ts';
import { RepositoryName } from '../../../image/reference.ts';

/** Sorts before every other key. */
export const LOWEST_KEY = '!';

/** Keys of Table Storage must not contain a slash. */
export function partitionOf(repository: RepositoryName): string {
  return repository.replaceAll('/', '|');
}

/** The repository of a partition; undefined if the row is not the app's. */
export function repositoryOf(partitionKey: string): RepositoryName | undefined {
  return RepositoryName.safeParse(partitionKey.replaceAll('|', '/')).data;
}

/** Until version 2 of the tables, the app's own row of an image was in the public inventory. */
export function formerImageKeys(image: {
  readonly repository: RepositoryName;
  readonly digest: Digest;
}) {
  return { partitionKey: partitionOf(image.repository), rowKey: `@${image.digest}` };
}
