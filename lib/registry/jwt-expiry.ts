import * as z from 'zod';
import { jwtClaims } from './jwt-claims.ts';

const Claims = z.object({ exp: z.number().int().positive() });

/** Reads the expiry (`exp`) of a JWT; undefined if it is not one. */
export function jwtExpiry(token: string): Date | undefined {
  const claims = jwtClaims(token, Claims);
  return claims === undefined ? undefined : new Date(claims.exp * 1000);
}
