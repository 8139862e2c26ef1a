import { type Digest, digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';

export const REPOSITORY = RepositoryName.parse('patchwright-staging/team/api');

/** What a read of a blob costs on the world's clock. */
export interface Slowness {
  /** Before the stream is there. */
  readonly openSeconds?: number;
  /** Before each chunk of 512 bytes. */
  readonly chunkSeconds?: number;
  /** Nothing comes until the limit of the request, which then fails. */
  readonly stalls?: boolean;
}

/** A registry whose blobs come slowly, by a clock that only they advance. */
export function slowBlobs(slowness: Slowness, blobs: readonly Uint8Array[]) {
  const { openSeconds = 0, chunkSeconds = 0, stalls = false } = slowness;
  const clock = new ManualClock();
  const byDigest = new Map<Digest, Uint8Array>(blobs.map((blob) => [digestOf(blob), blob]));
  const limits: (number | undefined)[] = [];
  async function* chunks(blob: Uint8Array, limitMs: number): AsyncGenerator<Uint8Array> {
    if (stalls) {
      clock.advance({ seconds: limitMs / 1000 });
      throw new Error('aborted');
    }
    for (let at = 0; at < blob.byteLength; at += 512) {
      clock.advance({ seconds: chunkSeconds });
      yield blob.subarray(at, at + 512);
    }
  }
  const registry = {
    openBlob: async (_: unknown, digest: Digest, limitMs?: number) => {
      limits.push(limitMs);
      clock.advance({ seconds: openSeconds });
      const blob = byDigest.get(digest);
      return blob && chunks(blob, limitMs ?? Number.NaN);
    },
  };
  return { clock, registry, limits };
}
