import type { Target } from './target.ts';

/**
 * True if the target's patch is the one that its run built or adopted, verified and published. Only then
 * do its second report and its VEX describe `patchDigest`.
 */
export function publishedItsPatch({ state, patchDigest, staged }: Target): boolean {
  return patchDigest !== undefined && (state === 'patched' || patchDigest === staged);
}
