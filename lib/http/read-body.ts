import { Readable } from 'node:stream';
import type { PipelineResponse } from '@azure/core-rest-pipeline';

/** The body is larger than the reader allows. */
export class BodyTooLargeError extends Error {
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`The answer's body is larger than ${maxBytes} bytes`);
    this.name = 'BodyTooLargeError';
    this.maxBytes = maxBytes;
  }
}

/** The body's chunks as they come. Leaving the loop early closes the connection. */
export async function* bodyChunks(response: PipelineResponse): AsyncGenerator<Uint8Array> {
  const stream = response.readableStreamBody;
  if (stream === undefined) {
    if (response.bodyAsText) yield Buffer.from(response.bodyAsText);
    return;
  }
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/**
 * The whole body, never holding more than the limit; an announced length above it is refused unread.
 * @throws BodyTooLargeError
 */
export async function readBody(response: PipelineResponse, maxBytes: number): Promise<Uint8Array> {
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    discardBody(response);
    throw new BodyTooLargeError(maxBytes);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyChunks(response)) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new BodyTooLargeError(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Lets go of a body that nobody will read. */
export function discardBody(response: PipelineResponse): void {
  const stream = response.readableStreamBody;
  if (!(stream instanceof Readable)) return;
  // A destroyed message may still report the cut connection, which nobody waits for any more.
  stream.on('error', () => undefined);
  stream.destroy();
}
