import { describe, expect, it } from 'vitest';
import { arrange, request } from './http-setup.ts';
import type { StubAnswer } from './stub-http-client.ts';

describe('redirectPolicy', () => {
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

  it('treats another port or a subdomain as another origin', async () => {
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

  it('follows no redirect to plain HTTP', async () => {
    const { client, http } = arrange(to('http://169.254.169.254/metadata'));

    const response = await http.send(request());

    expect(response.status).toBe(307);
    expect(client.sent).toHaveLength(1);
  });

  it.each(['POST', 'PUT', 'DELETE'] as const)(
    'does not follow the redirect of a %s',
    async (method) => {
      const { client, http } = arrange(to('https://blobs.example.net/x'));

      const response = await http.send(request({ method }));

      expect(response.status).toBe(307);
      expect(client.sent).toHaveLength(1);
    },
  );

  it('stops after five redirects', async () => {
    const { client, http } = arrange(() => ({ status: 302, headers: { location: '/again' } }));

    const response = await http.send(request());

    expect(response.status).toBe(302);
    expect(client.sent).toHaveLength(6);
  });

  it('sends a retry to the registry again, not to the redirect’s host', async () => {
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
