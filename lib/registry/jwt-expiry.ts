import { z } from 'zod';

const Claims = z.object({ exp: z.number().int().positive() });

/**
 * When a JWT ends, by its own `exp`; undefined where it is none. The signature is not looked at: the
 * token came from its issuer over TLS, and only the issuer judges it.
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
