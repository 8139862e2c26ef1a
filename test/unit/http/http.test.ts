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

describe('retrying a request', () => {
  it.each([408, 429, 500, 502, 503, 504])('retries after a %d', async (status) => {
    const { client, http } = arrange((nth) => ({ status: nth === 1 ? status : 200 }));

    const response = await http.send(request());

    expect(response.status).toBe(200);
    expect(client.sent).toHaveLength(2);
  });

  it.each([200, 400, 401, 403, 404, 409, 501])('returns a %d without a retry', async (status) => {
    const { client, http } = arrange(() => ({ status }));

    const response = await http.send(request());

    expect(response.status).toBe(status);
    expect(client.sent).toHaveLength(1);
  });

  it.each(['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'EPIPE'])(
    'retries after a connection that ended with %s',
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
  ])('sends a request that must not be repeated only once after %s', async (_, answer) => {
    const { client, delays, http } = arrange(() => answer);

    const response = await http.send(request(), { once: true });

    expect(response.status).toBe(answer.status);
    expect(client.sent).toHaveLength(1);
    expect(delays.waits).toEqual([]);
  });

  it('sends a request that must not be repeated only once after a broken connection', async () => {
    const { client, http } = arrange(() => brokenConnection());

    await expect(http.send(request(), { once: true })).rejects.toThrow('ECONNRESET');

    expect(client.sent).toHaveLength(1);
  });

  it('does not retry if the certificate is not trusted', async () => {
    const { client, http } = arrange(() => brokenConnection('DEPTH_ZERO_SELF_SIGNED_CERT'));

    await expect(http.send(request())).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT');

    expect(client.sent).toHaveLength(1);
  });

  it('makes four attempts with increasing delays and returns the last answer', async () => {
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
  ])('waits for the time that Retry-After gives as %s', async (_, headers, waited) => {
    const { delays, http } = arrange((nth) =>
      nth === 1 ? { status: 429, headers } : { status: 200 },
    );

    await http.send(request());

    expect(delays.waits).toEqual([waited]);
  });

  it('returns an answer that asks for a delay of more than 20 seconds', async () => {
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

  it('stops after it is aborted', async () => {
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

  it('does not send the credential to another origin', async () => {
    const { client, http } = arrange(to('https://blobs.example.net/x?sig=1'));

    const response = await http.send(request());

    expect(response.status).toBe(200);
    expect(client.sent.map(({ url, headers }) => [url.host, headers.authorization])).toEqual([
      ['registry.example.com', 'Bearer secret'],
      ['blobs.example.net', undefined],
    ]);
  });

  it('is left to a caller who asks for that, even on the same origin', async () => {
    const { client, http } = arrange(to('https://registry.example.com/elsewhere'));

    const response = await http.send(request(), { follow: false });

    expect(response.status).toBe(307);
    expect(client.sent).toHaveLength(1);
  });

  it('treats another port and a subdomain as another origin', async () => {
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

  it('sends the credential to the same origin', async () => {
    const { client, http } = arrange(to('/elsewhere'));

    await http.send(request());

    expect(client.sent[1]?.url.pathname).toBe('/elsewhere');
    expect(client.sent[1]?.headers.authorization).toBe('Bearer secret');
  });

  it('does not follow a redirect from HTTPS to HTTP', async () => {
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

  it('stops after five redirects', async () => {
    const { client, http } = arrange(() => ({ status: 302, headers: { location: '/again' } }));

    const response = await http.send(request());

    expect(response.status).toBe(302);
    expect(client.sent).toHaveLength(6);
  });

  it('retries from the original URL after the other host failed', async () => {
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
