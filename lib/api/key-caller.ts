import { plainText } from '../text/plain-text.ts';

const LONGEST = 200;

/**
 * Says who sent a request with a function key, for the run's row: the name of the key, never the key.
 * The header of an identity does not count, because anybody with a key could invent one.
 */
export function keyCaller(keyName: string | undefined): string {
  return keyName === undefined ? 'a function key' : plainText(`function key ${keyName}`, LONGEST);
}
