import { generateKeyPair, type KeyObject, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import * as z from 'zod';

/** The claims that other services of the local Azure use. */
export interface TokenClaims {
  readonly aud: string;
  /** The object id of the identity. */
  readonly oid: string;
  /** The client id of the identity. */
  readonly appid: string;
  readonly tid: string;
  /** Seconds since 1970. */
  readonly exp: number;
}

export type TokenVerdict =
  | { readonly ok: true; readonly claims: TokenClaims }
  | { readonly ok: false; readonly reason: string };

export interface TokenRequest {
  readonly audience: string;
  readonly objectId: string;
  readonly clientId: string;
  /** In seconds; Entra gives managed identities 24 hours. */
  readonly lifetimeSeconds: number;
}

/** Issues and verifies tokens like Entra for one tenant: JWTs, RS256, one key. */
export interface TokenIssuer {
  issue(request: TokenRequest): { readonly token: string; readonly expiresOn: number };
  /** Checks signature, times and audience. Ignores a trailing slash in the audience. */
  verify(token: string, audience: string | readonly string[]): TokenVerdict;
}

const Claims = z.object({
  aud: z.string(),
  oid: z.string(),
  appid: z.string(),
  tid: z.string(),
  exp: z.number(),
  nbf: z.number(),
});

export async function createTokenIssuer(options: {
  readonly tenantId: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
  });
  const seconds = () => Math.floor(options.now() / 1000);
  return {
    issue(request) {
      const issuedAt = seconds();
      const expiresOn = issuedAt + request.lifetimeSeconds;
      const payload = {
        aud: request.audience,
        // Azurite, like Storage, checks the issuer.
        iss: `https://sts.windows.net/${options.tenantId}/`,
        iat: issuedAt,
        // Entra backdates tokens by five minutes for clocks that are behind.
        nbf: issuedAt - 300,
        exp: expiresOn,
        appid: request.clientId,
        idtyp: 'app',
        oid: request.objectId,
        sub: request.objectId,
        tid: options.tenantId,
        ver: '1.0',
      };
      return { token: signJwt(payload, privateKey), expiresOn };
    },
    verify(token, audience) {
      const allowed = typeof audience === 'string' ? [audience] : audience;
      return verifyJwt(token, allowed, publicKey, seconds());
    },
  };
}

function signJwt(payload: object, key: KeyObject): string {
  const head = encode({ alg: 'RS256', typ: 'JWT', kid: 'local' });
  const signed = `${head}.${encode(payload)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function verifyJwt(
  token: string,
  audiences: readonly string[],
  key: KeyObject,
  now: number,
): TokenVerdict {
  const [head, payload, signature, ...rest] = token.split('.');
  if (!head || !payload || !signature || rest.length > 0) {
    return { ok: false, reason: 'the token is not a JWT' };
  }
  const signed = Buffer.from(`${head}.${payload}`);
  if (!verify('sha256', signed, key, Buffer.from(signature, 'base64url'))) {
    return { ok: false, reason: 'the token was not signed by this tenant' };
  }
  const claims = Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  if (claims.exp <= now || claims.nbf > now) {
    return { ok: false, reason: 'the token has expired or is not valid yet' };
  }
  if (!audiences.some((audience) => withoutSlash(audience) === withoutSlash(claims.aud))) {
    return { ok: false, reason: `the token is for the audience '${claims.aud}'` };
  }
  return { ok: true, claims };
}

function withoutSlash(audience: string): string {
  return audience.replace(/\/+$/, '');
}
