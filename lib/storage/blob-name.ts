import type { ContainerName } from './blobs.ts';
import { StorageError } from './storage-error.ts';

/** Blob names hold up to 1024 characters and 254 segments ("Naming containers, blobs" of the REST reference). */
const MAX_LENGTH = 1024;
const MAX_SEGMENTS = 254;

/** No dot first or last: `.` and `..` are folded away by clients, a last dot by the service. */
const SEGMENT = /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/;

/**
 * Throws `invalid` unless the name is one that no URL parser changes: segments of `A-Z a-z 0-9 . _ -`
 * joined by `/`. Narrower than the service, because such names go into SAS addresses.
 */
export function checkBlobName(container: ContainerName, name: string): void {
  const segments = name.split('/');
  const fits =
    name.length <= MAX_LENGTH &&
    segments.length <= MAX_SEGMENTS &&
    segments.every((segment) => SEGMENT.test(segment));
  if (!fits) {
    throw new StorageError(
      'invalid',
      `${container}: ${JSON.stringify(name.slice(0, 80))} can't be a blob's name`,
    );
  }
}
