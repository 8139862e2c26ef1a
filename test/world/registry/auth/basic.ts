import type { RegistryContext } from '../operation.ts';
import { parseScopes, type Scope } from './scopes.ts';
import type { RegistryIdentity } from './tokens.ts';

/** The user name that marks the password as a token of the registry. */
const NULL_GUID = '00000000-0000-0000-0000-000000000000';

export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/** The rights of a password: identity, scopes and expiry. */
export interface Standing {
  readonly identity: RegistryIdentity;
  readonly scopes: readonly Scope[];
  /** Latest expiry of tokens made from it, in seconds since 1970. */
  readonly expires: number;
}

export function readBasic(header: string): BasicCredentials | undefined {
  const [, encoded] = /^basic (\S+)$/i.exec(header) ?? [];
  if (encoded === undefined) {
    return undefined;
  }
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0
    ? undefined
    : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/**
 * Reads a password: a refresh token, an access token (`docker login` with one works on ACR and stays
 * within its scopes), or the admin user's password. Undefined for any other.
 */
export function scopesOfBasic(
  context: RegistryContext,
  { username, password }: BasicCredentials,
): Standing | undefined {
  const { adminUser } = context.settings();
  if (adminUser && username === adminUser.username && password === adminUser.password) {
    return {
      identity: { subject: username },
      scopes: parseScopes('repository:*:* registry:catalog:*'),
      expires: Number.POSITIVE_INFINITY,
    };
  }
  return username === NULL_GUID ? scopesOfToken(context, password) : undefined;
}

/** A refresh token has all current rights of its identity; an access token only its scopes. */
export function scopesOfToken(context: RegistryContext, token: string): Standing | undefined {
  const read = context.tokens.read(token);
  if (read === undefined) {
    return undefined;
  }
  const { identity, expires } = read;
  if (read.kind === 'access') {
    return { identity, scopes: read.scopes, expires };
  }
  const granted = parseScopes(context.settings().grants(identity).join(' '));
  return { identity, scopes: granted, expires: Number.POSITIVE_INFINITY };
}
