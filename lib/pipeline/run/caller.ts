import { plainText } from '../../text/plain-text.ts';

const LONGEST = 200;

/** An identity in the headers that App Service sets. */
interface RequestUser {
  readonly identityProvider: string;
  readonly username: string;
  readonly id: string;
}

/**
 * Says who sent a request, for the run's row. App Service sets the headers of an identity only if its
 * authentication is on; else anybody with a function key could invent one.
 */
export function callerOf(
  request: { readonly user: RequestUser | null },
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const { user } = request;
  const trusted = environment.WEBSITE_AUTH_ENABLED?.toLowerCase() === 'true';
  if (!trusted || user === null) return 'a function key';
  return plainText(`${user.identityProvider} ${user.username} (${user.id})`, LONGEST);
}
