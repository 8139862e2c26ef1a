/** What a target, or its row, says of its patch. */
interface PatchTrace {
  readonly state: string;
  readonly patchDigest?: string | undefined;
  readonly staged?: string | undefined;
}

/**
 * True if the target's patch is the one that its run built or adopted, verified and published. Only then
 * do its second report and its VEX describe `patchDigest`.
 */
export function publishedItsPatch({ state, patchDigest, staged }: PatchTrace): boolean {
  return patchDigest !== undefined && (state === 'patched' || patchDigest === staged);
}
