import type { IncomingMessage } from 'node:http';

/** A request body above the limit. */
export class BodyTooLarge extends Error {
  constructor(limit: number) {
    super(`the request's body is larger than ${limit} bytes`);
    this.name = 'BodyTooLarge';
  }
}

/** Reads a whole request body, at most `limit` bytes of it. Throws {@link BodyTooLarge}. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > limit) {
      throw new BodyTooLarge(limit);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
