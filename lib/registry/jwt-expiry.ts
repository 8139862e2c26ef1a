import { z } from 'zod';

const Claims = z.object({ exp: z.number().int().positive() });

/**
 * Reads the expiry (`exp`) of a JWT; undefined if it is not one. Does not check the signature: the
 * token came from its issuer over TLS, and only the issuer validates it.
 */
export function jwtExpiry(token: string): Date | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const claims = Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return new Date(claims.exp * 1000);
  } catch {
    return undefined;
  }
}
