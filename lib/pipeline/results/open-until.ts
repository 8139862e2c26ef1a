import type { Digest } from '../../image/digest.ts';
import type { RepositoryName } from '../../image/reference.ts';
import type { Services } from '../services.ts';

/** A stalled download ends this long after the time for it, so that its end counts as late. */
const GRACE_MS = 1000;

/** The time for reading a blob is used up. */
export class OutOfTime extends Error {
  constructor() {
    super('the time for reading a blob is used up');
    this.name = 'OutOfTime';
  }
}

export interface BlobReader extends Pick<Services, 'clock'> {
  readonly registry: Pick<Services['registry'], 'openBlob'>;
}

/**
 * Opens a blob as a stream that ends with `OutOfTime` after the given time, however slowly or fast it
 * comes. Returns undefined if it is absent. Throws `OutOfTime` or the registry's error.
 */
export async function openUntil(
  { clock, registry }: BlobReader,
  blob: { readonly repository: RepositoryName; readonly digest: Digest },
  until: Date,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const isLate = () => clock.now() >= until;
  if (isLate()) throw new OutOfTime();
  const limitMs = until.getTime() - clock.now().getTime() + GRACE_MS;
  try {
    const chunks = await registry.openBlob(blob.repository, blob.digest, limitMs);
    return chunks && timed(chunks, isLate);
  } catch (error) {
    throw isLate() ? new OutOfTime() : error;
  }
}

async function* timed(
  chunks: AsyncIterable<Uint8Array>,
  isLate: () => boolean,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of chunks) {
      if (isLate()) throw new OutOfTime();
      yield chunk;
    }
  } catch (error) {
    throw isLate() ? new OutOfTime() : error;
  }
}
