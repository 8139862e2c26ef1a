import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import type { Scope } from './scopes.ts';

/**
 * ACR's lifetimes: 3 hours for a refresh token, 75 minutes for an access token (Azure/acr,
 * AAD-OAuth.md).
 */
const REFRESH_SECONDS = 3 * 60 * 60;
const ACCESS_SECONDS = 4500;

/** The identity, from the identity provider. */
export interface RegistryIdentity {
  readonly subject: string;
  readonly tenant?: string | undefined;
}

const Claims = z.object({
  sub: z.string(),
  tenant: z.string().optional(),
  aud: z.string(),
  exp: z.number(),
  grant_type: z.enum(['refresh_token', 'access_token']),
  access: z
    .array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) }))
    .optional(),
});
type Claims = z.infer<typeof Claims>;

/** A valid token of this registry. */
export interface ReadToken {
  readonly kind: 'refresh' | 'access';
  readonly identity: RegistryIdentity;
  /** The scopes of an access token; a refresh token has none. */
  readonly scopes: readonly Scope[];
  /** Seconds since 1970. */
  readonly expires: number;
}

export interface TokenIssuer {
  refresh(identity: RegistryIdentity): string;
  /** `notAfter`: latest expiry of the token, in seconds since 1970. */
  access(
    identity: RegistryIdentity,
    scopes: readonly Scope[],
    options?: { readonly notAfter?: number },
  ): string;
  /** Undefined if the token is not ours, was altered or has expired. */
  read(token: string): ReadToken | undefined;
}

/**
 * Tokens in ACR's form: JWTs with its claims. Clients may read them; only this registry verifies them.
 */
export function createTokenIssuer(options: {
  readonly host: string;
  readonly now: () => Date;
}): TokenIssuer {
  const key = randomBytes(32);

  function seconds(): number {
    return Math.floor(options.now().getTime() / 1000);
  }

  function sign(claims: object, lifetime: number, notAfter = Number.POSITIVE_INFINITY): string {
    const now = seconds();
    const body = {
      jti: randomUUID(),
      nbf: now,
      iat: now,
      exp: Math.min(now + lifetime, notAfter),
      iss: 'Azure Container Registry',
      aud: options.host,
      version: '1.0',
      roles: [],
      ...claims,
    };
    const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(body)}`;
    return `${text}.${signature(text).toString('base64url')}`;
  }

  function signature(text: string): Buffer {
    return createHmac('sha256', key).update(text).digest();
  }

  function read(token: string): ReadToken | undefined {
    const claims = verified(token);
    if (claims === undefined || claims.exp <= seconds() || claims.aud !== options.host) {
      return undefined;
    }
    return {
      kind: claims.grant_type === 'refresh_token' ? 'refresh' : 'access',
      identity: { subject: claims.sub, tenant: claims.tenant },
      scopes: claims.access ?? [],
      expires: claims.exp,
    };
  }

  function verified(token: string): Claims | undefined {
    const [header, payload, mac, ...rest] = token.split('.');
    if (header === undefined || payload === undefined || mac === undefined || rest.length > 0) {
      return undefined;
    }
    const expected = signature(`${header}.${payload}`);
    const given = Buffer.from(mac, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      return undefined;
    }
    return Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  }

  return {
    refresh: (identity) =>
      sign(
        {
          sub: identity.subject,
          tenant: identity.tenant,
          grant_type: 'refresh_token',
          permissions: { actions: ['*'], notActions: [] },
        },
        REFRESH_SECONDS,
      ),
    access: (identity, scopes, { notAfter } = {}) =>
      sign(
        {
          sub: identity.subject,
          tenant: identity.tenant,
          grant_type: 'access_token',
          access: scopes,
        },
        ACCESS_SECONDS,
        notAfter,
      ),
    read,
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
