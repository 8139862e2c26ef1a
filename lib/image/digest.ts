import { createHash } from 'node:crypto';
import * as z from 'zod';

/**
 * A content digest. Only sha256: registries use no other in practice, and every key derived from a
 * digest has a fixed size.
 * Grammar: OCI distribution specification 1.1, "Pulling manifests".
 */
export const Digest = z
  .string()
  .regex(/^sha256:[a-f0-9]{64}$/, 'must be sha256: and 64 lower-case hexadecimal digits')
  .brand<'Digest'>();
export type Digest = z.infer<typeof Digest>;

export function digestOf(bytes: Uint8Array | string): Digest {
  return Digest.parse(`sha256:${sha256Hex(bytes)}`);
}

/** SHA-256 in lower-case hexadecimal, for keys and checksums that are not content digests. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
