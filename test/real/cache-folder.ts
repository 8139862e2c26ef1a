import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder for built tools and images. It is outside the checkout, so that a new clone finds them:
 * the value of `PATCHWRIGHT_CACHE`, or else `patchwright` in the XDG cache folder.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.PATCHWRIGHT_CACHE) {
    return env.PATCHWRIGHT_CACHE;
  }
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'patchwright');
}
