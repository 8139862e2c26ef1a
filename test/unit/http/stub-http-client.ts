import { Readable } from 'node:stream';
import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';
import type { Delays } from '../../../lib/http/delays.ts';

export interface StubAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/** A copy of a sent request, so that later changes to the original do not affect it. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers requests from a function instead of the network, and records them. */
export class StubHttpClient implements HttpClient {
  readonly sent: SentRequest[] = [];
  readonly #answer: (request: SentRequest, nth: number) => StubAnswer | Error;

  constructor(answer: (request: SentRequest, nth: number) => StubAnswer | Error) {
    this.#answer = answer;
  }

  async sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    const sent = {
      method: request.method,
      url: new URL(request.url),
      headers: request.headers.toJSON(),
      body: await bodyText(request),
    };
    this.sent.push(sent);
    const answer = this.#answer(sent, this.sent.length);
    if (answer instanceof Error) throw asPipelineError(answer, request);
    const { status, headers = {}, body = '' } = answer;
    const response = { request, status, headers: createHttpHeaders({ ...headers }) };
    const codes = request.streamResponseStatusCodes;
    const streamed = codes?.has(Number.POSITIVE_INFINITY) === true || codes?.has(status) === true;
    if (!streamed && typeof body === 'string') return { ...response, bodyAsText: body };
    const stream = body instanceof Readable ? body : Readable.from([Buffer.from(body)]);
    return { ...response, readableStreamBody: stream };
  }
}

/** Returns at once and records the delays, in milliseconds. */
export class StubDelays implements Delays {
  readonly waits: number[] = [];

  async wait(milliseconds: number): Promise<void> {
    this.waits.push(milliseconds);
  }

  /** Returns one half, for a delay between the shortest and the longest. */
  random(): number {
    return 0.5;
  }
}

export function brokenConnection(code = 'ECONNRESET'): Error {
  return Object.assign(new Error(`the connection broke: ${code}`), { code });
}

/** Creates the error of Node's client, which contains the request and thus its token. */
function asPipelineError(error: Error, request: PipelineRequest): RestError {
  const code = 'code' in error ? String(error.code) : RestError.REQUEST_SEND_ERROR;
  return new RestError(error.message, { code, request });
}

async function bodyText({ body }: PipelineRequest): Promise<string> {
  const content: unknown = typeof body === 'function' ? body() : body;
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (content instanceof Uint8Array) return Buffer.from(content).toString('latin1');
  if (!(content instanceof Readable)) throw new Error('a body that the stub does not know');
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('latin1');
}
