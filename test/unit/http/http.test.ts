import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { arrange, request } from './http-setup.ts';
import { brokenConnection } from './stub-http-client.ts';

it.each([
  ['a 503', { status: 503 }],
  ['a 429 that asks to wait', { status: 429, headers: { 'retry-after': '1' } }],
])('sends a request with `once` a single time, even after %s', async (_, answer) => {
  const { client, delays, http } = arrange(() => answer);

  const response = await http.send(request(), { once: true });

  expect(response.status).toBe(answer.status);
  expect(client.sent).toHaveLength(1);
  expect(delays.waits).toEqual([]);
});

it('sends a request with `once` a single time, even if the connection breaks', async () => {
  const { client, http } = arrange(() => brokenConnection());

  await expect(http.send(request(), { once: true })).rejects.toThrow('ECONNRESET');

  expect(client.sent).toHaveLength(1);
});

it('sends a stream a single time', async () => {
  const { client, http } = arrange(() => ({ status: 503 }));
  const stream = Readable.from([Buffer.from('layer')]);

  const response = await http.send(request({ method: 'PUT', body: () => stream }));

  expect(response.status).toBe(503);
  expect(client.sent.map(({ body }) => body)).toEqual(['layer']);
});

it('returns a redirect with `follow: false`, even to the same origin', async () => {
  const { client, http } = arrange((nth) =>
    nth === 1
      ? { status: 307, headers: { location: 'https://registry.example.com/elsewhere' } }
      : { status: 200 },
  );

  const response = await http.send(request(), { follow: false });

  expect(response.status).toBe(307);
  expect(client.sent).toHaveLength(1);
});
