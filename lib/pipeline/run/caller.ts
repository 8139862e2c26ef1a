import { plainText } from '../../text/plain-text.ts';

const LONGEST = 200;

/** An identity in the headers that App Service sets. */
interface RequestUser {
  readonly identityProvider: string;
  readonly username: string;
  readonly id: string;
}

/**
 * Says who sent a request, for the run's row: an identity, or the name of the function key, never the
 * key. App Service sets the headers of an identity only if its authentication is on; else anybody with
 * a function key could invent one.
 */
export function callerOf(
  request: { readonly user: RequestUser | null; readonly keyName: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const { user, keyName } = request;
  const trusted = environment.WEBSITE_AUTH_ENABLED?.toLowerCase() === 'true';
  if (!trusted || user === null) {
    return keyName === undefined ? 'a function key' : plainText(`function key ${keyName}`, LONGEST);
  }
  return plainText(`${user.identityProvider} ${user.username} (${user.id})`, LONGEST);
}
