import { isIP } from 'node:net';
import * as z from 'zod';

const LONGEST = 2048;

/** A receiver's URL. Faults never quote it, because its path or query may be a secret. */
export const ReceiverAddress = z
  .string()
  .max(LONGEST, `must have at most ${LONGEST} characters`)
  .transform((text, context): URL => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const fault = url === undefined ? 'must be an address such as https://…' : faultOf(url);
    if (url !== undefined && fault === undefined) return url;
    context.addIssue({ code: 'custom', message: fault ?? '' });
    return z.NEVER;
  });

function faultOf({ protocol, username, password, hash }: URL): string | undefined {
  if (protocol !== 'https:') return 'must begin with https://';
  if (username !== '' || password !== '') return 'must not contain a user or a password';
  return hash === '' ? undefined : 'must not contain a fragment (#)';
}

/** The IP address that the URL has in place of a name; undefined if it has a name. */
export function literalAddress({ hostname }: URL): string | undefined {
  const address = hostname.replace(/^\[|\]$/g, '');
  return isIP(address) === 0 ? undefined : address;
}
