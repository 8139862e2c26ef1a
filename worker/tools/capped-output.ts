import type { SecretMask } from '../context/secret-mask.ts';

/** The first and the last bytes of a stream of any length, in constant memory. */
export class CappedOutput {
  readonly #head: Buffer;
  readonly #tail: Buffer;
  #headLength = 0;
  /** Bytes received after the head, including those overwritten. */
  #passed = 0;

  constructor(size: { readonly headBytes: number; readonly tailBytes: number }) {
    this.#head = Buffer.alloc(size.headBytes);
    this.#tail = Buffer.alloc(size.tailBytes);
  }

  push(chunk: Buffer): void {
    const intoHead = chunk.copy(this.#head, this.#headLength);
    this.#headLength += intoHead;

    const rest = chunk.subarray(intoHead);
    const kept = rest.subarray(Math.max(0, rest.length - this.#tail.length));
    const start = (this.#passed + rest.length - kept.length) % this.#tail.length;
    const untilEnd = kept.copy(this.#tail, start);
    kept.copy(this.#tail, 0, untilEnd);
    this.#passed += rest.length;
  }

  /**
   * Returns the held text with masked secrets. At a cut it also omits the length of the longest
   * secret, since the mask can't recognize a partial one.
   */
  text(secrets: SecretMask): string {
    const head = this.#head.subarray(0, this.#headLength);
    const omitted = this.#passed - this.#tail.length;
    if (omitted <= 0) {
      return secrets.mask(Buffer.concat([head, this.#tail.subarray(0, this.#passed)]).toString());
    }

    const turn = this.#passed % this.#tail.length;
    const tail = Buffer.concat([this.#tail.subarray(turn), this.#tail.subarray(0, turn)]);
    const margin = secrets.longest;
    const first = secrets.mask(head.toString());
    const last = secrets.mask(tail.toString());
    return [
      first.slice(0, Math.max(0, first.length - margin)),
      `[${omitted} bytes omitted]`,
      last.slice(margin),
    ].join('\n');
  }
}
