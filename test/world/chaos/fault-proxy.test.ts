import { afterEach, expect, it } from 'vitest';
import { type LocalServer, startLocalServer } from '../http/local-server.ts';
import { type Handling, startFaultProxy } from './fault-proxy.ts';

const servers: LocalServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

it('forwards a request unchanged, with its host name, and returns the response', async () => {
  const { url, seen } = await proxyOf({});

  const answer = await fetch(`${url}/a/b?c=d`, { method: 'POST', body: 'text' });

  expect(answer.status).toBe(201);
  expect(answer.headers.get('x-from')).toBe('service');
  expect(await answer.text()).toBe('made');
  expect(seen).toEqual([
    { method: 'POST', url: '/a/b?c=d', host: new URL(url).host, body: 'text' },
  ]);
});

it('keeps the content length in the response to a HEAD', async () => {
  const { url } = await proxyOf({});

  const answer = await fetch(url, { method: 'HEAD' });

  expect(answer.headers.get('content-length')).toBe('4');
});

it.each([
  ['throttled', 429],
  ['server-error', 500],
  ['unavailable', 503],
] as const)('answers %s itself, with %i', async (fault, status) => {
  const { url, seen } = await proxyOf({ fault });

  const answer = await fetch(url, { method: 'POST', body: 'text' });

  expect(answer.status).toBe(status);
  expect(seen).toEqual([]);
});

it('drops a connection before the service has seen the request', async () => {
  const { url, seen } = await proxyOf({ fault: 'dropped-before' });

  const answer = await fetch(url, { method: 'POST', body: 'text' }).catch(() => 'dropped');

  expect(answer).toBe('dropped');
  expect(seen).toEqual([]);
});

it('drops a connection after the request took effect', async () => {
  const { url, seen } = await proxyOf({ fault: 'dropped-after' });

  const answer = await fetch(url, { method: 'POST', body: 'text' }).catch(() => 'dropped');

  expect(answer).toBe('dropped');
  expect(seen).toHaveLength(1);
});

it('forwards a request twice, with another path, and returns one response', async () => {
  const { url, seen } = await proxyOf({ times: 2, path: '/other' });

  const answer = await fetch(`${url}/one`, { method: 'POST', body: 'text' });

  expect(await answer.text()).toBe('made');
  expect(seen.map((one) => one.url)).toEqual(['/other', '/other']);
});

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly host: string | undefined;
  readonly body: string;
}

async function proxyOf(handling: Handling): Promise<{ url: string; seen: readonly Seen[] }> {
  const seen: Seen[] = [];
  const service = await startLocalServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method, url, headers } = request;
    seen.push({ method, url, host: headers.host, body: Buffer.concat(chunks).toString('utf8') });
    response.writeHead(201, { 'x-from': 'service', 'content-length': 4 });
    response.end(method === 'HEAD' ? undefined : 'made');
  });
  const proxy = await startFaultProxy({
    target: service.url,
    certificate: undefined,
    handle: () => handling,
  });
  servers.push(proxy, service);
  return { url: proxy.url, seen };
}
