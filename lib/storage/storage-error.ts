/**
 * - `invalid`: what was asked breaks a rule or a limit of the service; asking again won't help
 * - `malformed`: what is stored is not what its schema says
 * - `not-provisioned`: the table, queue or container itself is missing
 * - `denied`: the identity, key or its role is not enough (401, 403)
 * - `throttled`: the account or partition is busy (429, 503)
 * - `unavailable`: no answer, a time limit, or a failure of the service; it may have taken effect
 * - `unexpected`: anything else
 */
export type StorageErrorCode =
  | 'invalid'
  | 'malformed'
  | 'not-provisioned'
  | 'denied'
  | 'throttled'
  | 'unavailable'
  | 'unexpected';

/**
 * An unexpected failure of storage. Absence and lost races are never one: they are values. The
 * message names tables, keys, queues and blobs, never contents.
 */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  readonly retryable: boolean;

  constructor(code: StorageErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
    this.retryable = code === 'throttled' || code === 'unavailable';
  }
}
