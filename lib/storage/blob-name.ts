import type { ContainerName } from './blobs.ts';
import { StorageError } from './storage-error.ts';

/** Limits of a blob name. Source: "Naming and referencing containers, blobs" (REST reference). */
const MAX_LENGTH = 1024;
const MAX_SEGMENTS = 254;

/** No dot first or last: clients remove `.` and `..`, and the service removes a trailing dot. */
const SEGMENT = /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/;

/**
 * Throws `invalid` unless the name is segments of `A-Z a-z 0-9 . _ -` joined by `/`. Stricter than the
 * service, because the name goes into SAS addresses and no URL parser may change it.
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
      `${container}: ${JSON.stringify(name.slice(0, 80))} is not a valid blob name`,
    );
  }
}
