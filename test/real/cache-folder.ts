import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where built tools and made images are kept: outside the checkout, so that a new clone finds them.
 * `PATCHWRIGHT_CACHE` names the folder itself; otherwise it is `patchwright` in the XDG cache folder.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.PATCHWRIGHT_CACHE) {
    return env.PATCHWRIGHT_CACHE;
  }
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'patchwright');
}
