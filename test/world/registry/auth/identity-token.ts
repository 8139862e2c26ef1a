import * as z from 'zod';
import type { RegistryIdentity } from './tokens.ts';

/** Audiences that ACR accepts: its own and, unless disabled, Azure Resource Manager's. */
const ACR_AUDIENCES: readonly string[] = [
  'https://containerregistry.azure.net',
  'https://management.azure.com',
  'https://management.core.windows.net',
];

const Claims = z.looseObject({
  aud: z.string(),
  exp: z.number(),
  sub: z.string().optional(),
  oid: z.string().optional(),
  tid: z.string().optional(),
});

/**
 * Reads an identity token without checking its signature, which is enough if the local identity
 * endpoint is the only issuer. Undefined for a wrong audience or an expired token.
 */
export function readIdentityToken(token: string, now: Date): RegistryIdentity | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) {
    return undefined;
  }
  const claims = Claims.safeParse(parseJson(Buffer.from(payload, 'base64url').toString('utf8')));
  if (!claims.success || claims.data.exp * 1000 <= now.getTime()) {
    return undefined;
  }
  if (!ACR_AUDIENCES.includes(claims.data.aud.replace(/\/$/, ''))) {
    return undefined;
  }
  return { subject: claims.data.oid ?? claims.data.sub ?? 'unknown', tenant: claims.data.tid };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
