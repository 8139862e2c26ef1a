/**
 * - `invalid`: the request breaks a rule or a limit of the service; a retry won't help
 * - `malformed`: stored data does not match its schema
 * - `not-provisioned`: the table, queue or container is missing
 * - `denied`: the identity or key lacks a right (401, 403)
 * - `throttled`: the account or partition is busy (429, 503)
 * - `unavailable`: no response, a timeout, or a service failure; the operation may have taken effect
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
 * An unexpected failure of storage. Absence and lost races are return values, not errors. The message
 * names tables, keys, queues and blobs, never contents.
 */
export class StorageError extends Error {
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}
