import { Readable } from 'node:stream';
import { createPipelineRequest, type PipelineRequest } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { createHttp } from '../../../lib/http/http.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import {
  brokenConnection,
  type StubAnswer,
  StubDelays,
  StubHttpClient,
} from './stub-http-client.ts';

const URL_OF_REGISTRY = 'https://registry.example.com/v2/a/blobs/x';

function arrange(answer: (nth: number) => StubAnswer | Error) {
  const client = new StubHttpClient((_, nth) => answer(nth));
  const delays = new StubDelays();
  const clock = new ManualClock('2026-11-23T02:00:00Z');
  return { client, delays, http: createHttp({ clock, delays, httpClient: client }) };
}

function request(parts: Partial<Pick<PipelineRequest, 'method' | 'body' | 'abortSignal'>> = {}) {
  const made = createPipelineRequest({
    url: URL_OF_REGISTRY,
    streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
    ...parts,
  });
  made.headers.set('authorization', 'Bearer secret');
  return made;
}

describe('repeating a request', () => {
  it.each([408, 429, 500, 502, 503, 504])('tries again after a %d', async (status) => {
    const { client, http } = arrange((nth) => ({ status: nth === 1 ? status : 200 }));

    const response = await http.send(request());

    expect(response.status).toBe(200);
    expect(client.sent).toHaveLength(2);
  });

  it.each([200, 400, 401, 403, 404, 409, 501])('takes a %d as it is', async (status) => {
    const { client, http } = arrange(() => ({ status }));

    const response = await http.send(request());

    expect(response.status).toBe(status);
    expect(client.sent).toHaveLength(1);
  });

  it.each(['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'EPIPE'])(
    'tries again after a connection that ended with %s',
    async (code) => {
      const { client, http } = arrange((nth) =>
        nth === 1 ? brokenConnection(code) : { status: 200 },
      );

      const response = await http.send(request());

      expect(response.status).toBe(200);
      expect(client.sent).toHaveLength(2);
    },
  );

  it.each([
    ['a 503', { status: 503 }],
    ['a 429 that asks to wait', { status: 429, headers: { 'retry-after': '1' } }],
  ])('sends once what must leave once, though %s came back', async (_, answer) => {
    const { client, delays, http } = arrange(() => answer);

    const response = await http.send(request(), { once: true });

    expect(response.status).toBe(answer.status);
    expect(client.sent).toHaveLength(1);
    expect(delays.waits).toEqual([]);
  });

  it('sends once what must leave once, though the connection broke', async () => {
    const { client, http } = arrange(() => brokenConnection());

    await expect(http.send(request(), { once: true })).rejects.toThrow('ECONNRESET');

    expect(client.sent).toHaveLength(1);
  });

  it('does not try again where a certificate is wrong', async () => {
    const { client, http } = arrange(() => brokenConnection('DEPTH_ZERO_SELF_SIGNED_CERT'));

    await expect(http.send(request())).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT');

    expect(client.sent).toHaveLength(1);
  });

  it('gives up after four attempts, with waits that grow, and hands over the last answer', async () => {
    const { client, delays, http } = arrange(() => ({ status: 503 }));

    const response = await http.send(request());

    expect(response.status).toBe(503);
    expect(client.sent).toHaveLength(4);
    expect(delays.waits).toEqual([375, 750, 1500]);
  });

  it.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['a date', { 'retry-after': 'Mon, 23 Nov 2026 02:00:09 GMT' }, 9000],
    ['milliseconds', { 'x-ms-retry-after-ms': '2500' }, 3000],
    ['a date in the past', { 'retry-after': 'Mon, 23 Nov 2026 01:00:00 GMT' }, 0],
    ['nonsense', { 'retry-after': 'soon' }, 375],
  ])('waits as Retry-After asks in %s', async (_, headers, waited) => {
    const { delays, http } = arrange((nth) =>
      nth === 1 ? { status: 429, headers } : { status: 200 },
    );

    await http.send(request());

    expect(delays.waits).toEqual([waited]);
  });

  it('hands over an answer that asks for more than 20 seconds', async () => {
    const { client, delays, http } = arrange(() => ({
      status: 429,
      headers: { 'retry-after': '21' },
    }));

    const response = await http.send(request());

    expect(response.status).toBe(429);
    expect([client.sent.length, delays.waits]).toEqual([1, []]);
  });

  it('sends a stream once', async () => {
    const { client, http } = arrange(() => ({ status: 503 }));
    const stream = Readable.from([Buffer.from('layer')]);

    const response = await http.send(request({ method: 'PUT', body: () => stream }));

    expect(response.status).toBe(503);
    expect(client.sent.map(({ body }) => body)).toEqual(['layer']);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const { client, http } = arrange(() => {
      controller.abort();
      return brokenConnection();
    });

    await expect(http.send(request({ abortSignal: controller.signal }))).rejects.toThrow();

    expect(client.sent).toHaveLength(1);
  });
});

describe('following a redirect', () => {
  const to =
    (location: string, status = 307) =>
    (nth: number): StubAnswer =>
      nth === 1 ? { status, headers: { location } } : { status: 200 };

  it('takes the credential to no other origin', async () => {
    const { client, http } = arrange(to('https://blobs.example.net/x?sig=1'));

    const response = await http.send(request());

    expect(response.status).toBe(200);
    expect(client.sent.map(({ url, headers }) => [url.host, headers.authorization])).toEqual([
      ['registry.example.com', 'Bearer secret'],
      ['blobs.example.net', undefined],
    ]);
  });

  it('is left to the caller who asks for that, even at the same origin', async () => {
    const { client, http } = arrange(to('https://registry.example.com/elsewhere'));

    const response = await http.send(request(), { follow: false });

    expect(response.status).toBe(307);
    expect(client.sent).toHaveLength(1);
  });

  it('does not take another port or a subdomain for the same origin', async () => {
    const answers = ['https://registry.example.com:8443/x', 'https://a.registry.example.com/x'];
    const { client, http } = arrange((nth) => {
      const location = answers[nth - 1];
      return location === undefined ? { status: 200 } : { status: 302, headers: { location } };
    });

    await http.send(request());

    expect(client.sent.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer secret',
      undefined,
      undefined,
    ]);
  });

  it('keeps the credential within the origin', async () => {
    const { client, http } = arrange(to('/elsewhere'));

    await http.send(request());

    expect(client.sent[1]?.url.pathname).toBe('/elsewhere');
    expect(client.sent[1]?.headers.authorization).toBe('Bearer secret');
  });

  it('does not leave TLS', async () => {
    const { client, http } = arrange(to('http://169.254.169.254/metadata'));

    const response = await http.send(request());

    expect(response.status).toBe(307);
    expect(client.sent).toHaveLength(1);
  });

  it.each(['POST', 'PUT', 'DELETE'] as const)('is not done for %s', async (method) => {
    const { client, http } = arrange(to('https://blobs.example.net/x'));

    const response = await http.send(request({ method }));

    expect(response.status).toBe(307);
    expect(client.sent).toHaveLength(1);
  });

  it('ends in a circle', async () => {
    const { client, http } = arrange(() => ({ status: 302, headers: { location: '/again' } }));

    const response = await http.send(request());

    expect(response.status).toBe(302);
    expect(client.sent).toHaveLength(6);
  });

  it('starts again at the registry after the other host has failed', async () => {
    const { client, http } = arrange((nth) => {
      if (nth === 2) return { status: 503 };
      if (nth === 4) return { status: 200 };
      return { status: 307, headers: { location: 'https://blobs.example.net/x' } };
    });

    const response = await http.send(request());

    expect(response.status).toBe(200);
    expect(client.sent.map(({ url, headers }) => [url.host, headers.authorization])).toEqual([
      ['registry.example.com', 'Bearer secret'],
      ['blobs.example.net', undefined],
      ['registry.example.com', 'Bearer secret'],
      ['blobs.example.net', undefined],
    ]);
  });
});
