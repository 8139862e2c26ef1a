import { createHash } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { Digest } from '../../../../lib/image/digest.ts';

/** The place of a finished blob's bytes. */
export type BlobContent =
  | { readonly kind: 'memory'; readonly bytes: Buffer; readonly size: number }
  | { readonly kind: 'file'; readonly path: string; readonly size: number };

/**
 * Receives a blob's bytes as a stream: hashes them, keeps small blobs in memory and
 * moves large ones to a file, so that memory stays bounded.
 */
export class BlobWriter {
  readonly #hash = createHash('sha256');
  readonly #spillAbove: number;
  readonly #path: string;
  #chunks: Buffer[] = [];
  #file: FileHandle | undefined;
  #size = 0;

  constructor(options: { readonly spillAbove: number; readonly path: string }) {
    this.#spillAbove = options.spillAbove;
    this.#path = options.path;
  }

  get size(): number {
    return this.#size;
  }

  /** The digest of the bytes written so far. */
  digest(): Digest {
    return Digest.parse(`sha256:${this.#hash.copy().digest('hex')}`);
  }

  async write(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes);
    this.#size += bytes.length;
    if (this.#file !== undefined) {
      await this.#file.writeFile(bytes);
      return;
    }
    this.#chunks.push(bytes);
    if (this.#size > this.#spillAbove) {
      this.#file = await open(this.#path, 'wx');
      for (const chunk of this.#chunks) {
        await this.#file.writeFile(chunk);
      }
      this.#chunks = [];
    }
  }

  async finish(): Promise<BlobContent> {
    if (this.#file === undefined) {
      return { kind: 'memory', bytes: Buffer.concat(this.#chunks), size: this.#size };
    }
    await this.#file.close();
    return { kind: 'file', path: this.#path, size: this.#size };
  }

  async abort(): Promise<void> {
    this.#chunks = [];
    if (this.#file !== undefined) {
      await this.#file.close();
      await unlink(this.#path);
    }
  }
}
