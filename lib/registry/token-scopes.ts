import { z } from 'zod';

/** One entry of `access` in a registry's token. Source: distribution project, "Token Scope". */
const GrantedScope = z.object({
  type: z.string(),
  name: z.string(),
  actions: z.array(z.string()),
});
export type GrantedScope = z.infer<typeof GrantedScope>;

/** ACR leaves `access` out of a token that may do nothing. */
const Claims = z.object({ access: z.array(GrantedScope).nullish() });

/**
 * What an access token says that it allows; undefined where it is no JWT. ACR narrows a token to what
 * the identity may do and answers 200 all the same, so this is the only place where it shows.
 */
export function grantedScopes(token: string): readonly GrantedScope[] | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const text = Buffer.from(payload, 'base64url').toString('utf8');
    return Claims.parse(JSON.parse(text)).access ?? [];
  } catch {
    return undefined;
  }
}
