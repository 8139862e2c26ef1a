import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Digest } from '../../../../lib/image/digest.ts';
import { type BlobContent, BlobWriter } from './blob-writer.ts';

const SPILL_ABOVE_BYTES = 256 * 1024;

/** Both ends are inclusive, as in an HTTP range. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Content-addressed bytes of all repositories. Large ones are in a folder. */
export class BlobStore {
  readonly #contents = new Map<Digest, BlobContent>();
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<BlobStore> {
    return new BlobStore(await mkdtemp(join(tmpdir(), 'patchwright-registry-')));
  }

  writer(): BlobWriter {
    return new BlobWriter({
      spillAbove: SPILL_ABOVE_BYTES,
      path: join(this.#folder, randomUUID()),
    });
  }

  /** Stores the written bytes under their digest. Equal bytes are stored once. */
  async keep(writer: BlobWriter): Promise<Digest> {
    const digest = writer.digest();
    const content = await writer.finish();
    if (this.#contents.has(digest)) {
      await discard(content);
    } else {
      this.#contents.set(digest, content);
    }
    return digest;
  }

  size(digest: Digest): number | undefined {
    return this.#contents.get(digest)?.size;
  }

  open(digest: Digest, range?: ByteRange): Readable {
    const content = this.#known(digest);
    if (content.kind === 'file') {
      return createReadStream(content.path, range);
    }
    const { bytes } = content;
    return Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes], {
      objectMode: false,
    });
  }

  /** Reads the whole blob into memory, for configs but not for layers. */
  async read(digest: Digest): Promise<Buffer> {
    const content = this.#known(digest);
    return content.kind === 'file' ? readFile(content.path) : content.bytes;
  }

  async remove(digest: Digest): Promise<void> {
    const content = this.#contents.get(digest);
    this.#contents.delete(digest);
    if (content !== undefined) {
      await discard(content);
    }
  }

  async close(): Promise<void> {
    this.#contents.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #known(digest: Digest): BlobContent {
    const content = this.#contents.get(digest);
    if (content === undefined) {
      throw new Error(`no blob ${digest} in the store`);
    }
    return content;
  }
}

async function discard(content: BlobContent): Promise<void> {
  if (content.kind === 'file') {
    await unlink(content.path);
  }
}
