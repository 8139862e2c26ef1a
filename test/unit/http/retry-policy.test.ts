import { describe, expect, it } from 'vitest';
import { arrange, request } from './http-setup.ts';
import { brokenConnection } from './stub-http-client.ts';

describe('retryPolicy', () => {
  it.each([408, 429, 500, 502, 503, 504])('retries after a %d', async (status) => {
    const { client, http } = arrange((nth) => ({ status: nth === 1 ? status : 200 }));

    const response = await http.send(request());

    expect(response.status).toBe(200);
    expect(client.sent).toHaveLength(2);
  });

  it.each([200, 400, 401, 403, 404, 409, 501])('does not retry after a %d', async (status) => {
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

  it('stops when the request is aborted', async () => {
    const controller = new AbortController();
    const { client, http } = arrange(() => {
      controller.abort();
      return brokenConnection();
    });

    await expect(http.send(request({ abortSignal: controller.signal }))).rejects.toThrow();

    expect(client.sent).toHaveLength(1);
  });
});
