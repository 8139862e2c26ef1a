import { Readable } from 'node:stream';
import {
  createHttpHeaders,
  createPipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { bodyChunks, discardBody, readBody } from '../../../lib/http/read-body.ts';

function responseWith(
  body: Partial<Pick<PipelineResponse, 'bodyAsText' | 'readableStreamBody'>>,
  headers: Readonly<Record<string, string>> = {},
): PipelineResponse {
  const request = createPipelineRequest({ url: 'https://registry.example.com/x' });
  return { request, status: 200, headers: createHttpHeaders({ ...headers }), ...body };
}

describe('readBody', () => {
  it('reads a stream, a text and an absent body', async () => {
    const stream = responseWith({ readableStreamBody: Readable.from(['ab', Buffer.from('c')]) });

    expect(Buffer.from(await readBody(stream, 3)).toString()).toBe('abc');
    expect(Buffer.from(await readBody(responseWith({ bodyAsText: 'é' }), 2)).toString()).toBe('é');
    expect(await readBody(responseWith({}), 0)).toHaveLength(0);
  });

  it('refuses a body that is announced as too large, without reading it', async () => {
    const stream = new Readable({ read: () => undefined });
    const response = responseWith({ readableStreamBody: stream }, { 'content-length': '11' });

    await expect(readBody(response, 10)).rejects.toMatchObject({
      name: 'BodyTooLargeError',
      maxBytes: 10,
    });
    expect(stream.destroyed).toBe(true);
  });

  it('reads no more than the limit of a body that is larger than announced', async () => {
    const pushed: number[] = [];
    const stream = new Readable({
      highWaterMark: 1,
      read() {
        pushed.push(1);
        this.push(Buffer.alloc(5));
      },
    });
    const response = responseWith({ readableStreamBody: stream }, { 'content-length': '5' });

    await expect(readBody(response, 10)).rejects.toThrow('larger than 10 bytes');
    expect(stream.destroyed).toBe(true);
    expect(pushed.length).toBeLessThan(10);
  });

  it('accepts a body of exactly the limit', async () => {
    const response = responseWith({ bodyAsText: '1234567890' }, { 'content-length': '10' });

    expect(await readBody(response, 10)).toHaveLength(10);
  });
});

it('closes the stream if a reader of chunks leaves early', async () => {
  const stream = Readable.from([Buffer.from('a'), Buffer.from('b')]);

  for await (const chunk of bodyChunks(responseWith({ readableStreamBody: stream }))) {
    expect(Buffer.from(chunk).toString()).toBe('a');
    break;
  }

  expect(stream.destroyed).toBe(true);
});

it('ignores an error that a discarded stream emits later', async () => {
  const stream = new Readable({
    read: () => undefined,
    destroy: (_, callback) => callback(new Error('aborted')),
  });

  const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));

  discardBody(responseWith({ readableStreamBody: stream }));
  discardBody(responseWith({ bodyAsText: 'text' }));

  await closed;
  expect(stream.destroyed).toBe(true);
});
