import { sha256Hex } from '../../image/digest.ts';
import { RepositoryName } from '../../image/reference.ts';
import { MARKS_PREFIX } from '../../policy/reserved-repositories.ts';

const MAX_NAME = 255;

/**
 * Returns the repository with the marks of the installations that patch this one. Not its staging, where
 * an image's code may push and the app deletes.
 */
export function marksOf(repository: RepositoryName): RepositoryName {
  const name = `${MARKS_PREFIX}${repository}`;
  if (name.length <= MAX_NAME) return RepositoryName.parse(name);
  return RepositoryName.parse(`${MARKS_PREFIX}patchwright/${sha256Hex(repository).slice(0, 40)}`);
}
