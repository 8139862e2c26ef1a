import { createHash } from 'node:crypto';
import { z } from 'zod';

/**
 * A content digest. Only sha256: registries in the field use nothing else, and one length keeps
 * every key that is derived from it of a fixed size.
 * Grammar: OCI distribution specification 1.1, "Pulling manifests".
 */
export const Digest = z
  .string()
  .regex(/^sha256:[a-f0-9]{64}$/, 'must be sha256: and 64 lower-case hexadecimal digits')
  .brand<'Digest'>();
export type Digest = z.infer<typeof Digest>;

/** The digest of these bytes. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return Digest.parse(`sha256:${sha256Hex(bytes)}`);
}

/** SHA-256 in lower-case hexadecimal, for keys and checksums that are not content digests. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
