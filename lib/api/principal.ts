import * as z from 'zod';
import { readJson } from '../json/read-json.ts';
import { plainText } from '../text/plain-text.ts';

/** Somebody whom App Service authenticated with Microsoft Entra. */
export interface Principal {
  /** A person's sign-in name, or the client id of an application. Sanitized. */
  readonly name: string;
  /** The object id in Entra; empty if the token has none. */
  readonly id: string;
  readonly roles: readonly string[];
}

/** The header that App Service sets, base64 of JSON, and that it removes from requests of others. */
export const PRINCIPAL_HEADER = 'x-ms-client-principal';

const LIMITS = { maxBytes: 48 * 1024, maxDepth: 4, maxContainers: 2000, maxValues: 8000 };
const LONGEST = 120;

const ClientPrincipal = z.object({
  auth_typ: z.literal('aad'),
  claims: z.array(z.object({ typ: z.string(), val: z.string() })).max(1000),
  name_typ: z.string().optional(),
  role_typ: z.string().optional(),
});
type Claims = z.infer<typeof ClientPrincipal>['claims'];

const SCHEMAS = 'http://schemas.microsoft.com/';
/** App Service maps some claims to other names, so each has several. */
const NAMES = [
  'preferred_username',
  'upn',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
];
const APPLICATIONS = ['azp', 'appid'];
const IDS = [`${SCHEMAS}identity/claims/objectidentifier`, 'oid'];
const ROLES = ['roles', `${SCHEMAS}ws/2008/06/identity/claims/role`];

/**
 * Reads the header. Undefined if it is not the principal of an account in Entra. Shape:
 * https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
 */
export function parsePrincipal(header: string): Principal | undefined {
  if (header.length > (LIMITS.maxBytes / 3) * 4) return undefined;
  const read = readJson(ClientPrincipal, Buffer.from(header, 'base64'), LIMITS);
  if (!read.ok) return undefined;
  const { claims, name_typ, role_typ } = read.value;
  const nameTypes = [...NAMES, ...(name_typ === undefined ? [] : [name_typ]), ...APPLICATIONS];
  const roleTypes = new Set([...ROLES, ...(role_typ === undefined ? [] : [role_typ])]);
  return {
    name: plainText(firstOf(claims, nameTypes) ?? 'unnamed', LONGEST),
    id: plainText(firstOf(claims, IDS) ?? '', LONGEST),
    roles: claims.filter(({ typ }) => roleTypes.has(typ)).map(({ val }) => val),
  };
}

function firstOf(claims: Claims, types: readonly string[]): string | undefined {
  for (const type of types) {
    const found = claims.find(({ typ, val }) => typ === type && val !== '');
    if (found !== undefined) return found.val;
  }
  return undefined;
}
