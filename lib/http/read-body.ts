import { Readable } from 'node:stream';
import type { PipelineResponse } from '@azure/core-rest-pipeline';

/** The body is larger than the reader allows. */
export class BodyTooLargeError extends Error {
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`The response's body is larger than ${maxBytes} bytes`);
    this.name = 'BodyTooLargeError';
    this.maxBytes = maxBytes;
  }
}

/** Streams the body's chunks. Leaving the loop early closes the connection. */
export async function* bodyChunks(response: PipelineResponse): AsyncGenerator<Uint8Array> {
  const stream = response.readableStreamBody;
  if (stream === undefined) {
    if (response.bodyAsText) yield Buffer.from(response.bodyAsText);
    return;
  }
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/**
 * Reads the whole body, never more than the limit. Refuses a larger `content-length` without reading.
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

/** Closes the connection of a body that will not be read. */
export function discardBody(response: PipelineResponse): void {
  const stream = response.readableStreamBody;
  if (!(stream instanceof Readable)) return;
  // A destroyed stream may still emit an error, which would crash the process without a listener.
  stream.on('error', () => undefined);
  stream.destroy();
}
