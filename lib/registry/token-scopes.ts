import * as z from 'zod';
import { jwtClaims } from './jwt-claims.ts';

/** One entry of `access` in a registry's token. Source: distribution project, "Token Scope". */
const GrantedScope = z.object({
  type: z.string(),
  name: z.string(),
  actions: z.array(z.string()),
});
export type GrantedScope = z.infer<typeof GrantedScope>;

/** ACR omits `access` from a token without rights. */
const Claims = z.object({ access: z.array(GrantedScope).nullish() });

/**
 * Reads the scopes that an access token grants; undefined if it is not a JWT. ACR silently drops scopes
 * that the identity lacks and still answers 200, so only the token shows what was granted.
 */
export function grantedScopes(token: string): readonly GrantedScope[] | undefined {
  const claims = jwtClaims(token, Claims);
  return claims === undefined ? undefined : (claims.access ?? []);
}
