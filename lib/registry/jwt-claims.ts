import type * as z from 'zod';
import { readJson } from '../json/read-json.ts';

/**
 * Reads the claims of a JWT; undefined if it is not one, or lacks them. Does not check the signature:
 * the token came from its issuer over TLS, and only the issuer validates it.
 */
export function jwtClaims<Claims>(token: string, schema: z.ZodType<Claims>): Claims | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  const claims = readJson(schema, Buffer.from(payload, 'base64url'));
  return claims.ok ? claims.value : undefined;
}
