import { describe, expect, it } from 'vitest';
import { act } from '../../../dashboard/api/act.ts';
import { ApiClient } from '../../../dashboard/api/client.ts';

type Asked = { readonly url: string; readonly init: RequestInit };

function clientOf(...answers: readonly (Response | Error)[]) {
  const asked: Asked[] = [];
  const client = new ApiClient(async (url, init) => {
    asked.push({ url, init });
    const answer = answers[asked.length - 1];
    if (answer instanceof Response) return answer;
    throw answer ?? new Error('no answer is left');
  }, 'the-key');
  return { client, asked };
}

const header = (asked: Asked | undefined, name: string) =>
  new Headers(asked?.init.headers).get(name);

describe('a request', () => {
  it('has the key in a header, and no part of it in the address', async () => {
    const { client, asked } = clientOf(Response.json({ images: 1 }));

    expect(await client.get('/api/status')).toMatchObject({ ok: true, value: { images: 1 } });

    expect(header(asked[0], 'x-functions-key')).toBe('the-key');
    expect(asked[0]?.url).toBe('/api/status');
  });

  it('is answered from memory if the app says that nothing changed', async () => {
    const first = Response.json({ images: 1 }, { headers: { etag: '"one"' } });
    const { client, asked } = clientOf(first, new Response(null, { status: 304 }));

    await client.get('/api/status');
    const again = await client.get('/api/status');

    expect(header(asked[1], 'if-none-match')).toBe('"one"');
    expect(again).toEqual({ ok: true, value: { images: 1 }, changed: false });
  });

  it.each([
    [new Response(null, { status: 401 }), 'key', /refuses this key/],
    [
      Response.json({ detail: 'no such image', nearest: ['a:1', 3] }, { status: 404 }),
      'absent',
      /no such/,
    ],
    [Response.json({ detail: 'storage is busy' }, { status: 503 }), 'failed', /^storage is busy$/],
    [new Response('<html>', { status: 502 }), 'failed', /status 502/],
    [new Response('<html>'), 'failed', /not JSON/],
    [new TypeError('Failed to fetch'), 'failed', /does not answer/],
  ])('that fails says why: case %#', async (answer, kind, text) => {
    const { client } = clientOf(answer);

    const answered = await client.get('/api/status');

    expect(answered).toMatchObject({
      ok: false,
      fault: { kind, text: expect.stringMatching(text) },
    });
  });
});

describe('an action', () => {
  it('starts a run for the chosen images once, with a key for repetitions', async () => {
    const { client, asked } = clientOf(
      Response.json({ runId: 'r1', dryRun: true }, { status: 202 }),
    );

    const acted = await act(client, { kind: 'start', images: ['a:1'], retry: true }, 'once');

    expect(acted).toEqual({ ok: true, text: 'Run r1 starts. It is a dry run.' });
    expect(asked[0]).toMatchObject({
      url: '/api/runs',
      init: { method: 'POST', body: '{"images":["a:1"],"retry":true}' },
    });
    expect(header(asked[0], 'idempotency-key')).toBe('once');
  });

  it.each([
    [{ kind: 'start-all' } as const, '/api/runs', '{}'],
    [{ kind: 'cancel', runId: 'r/1' } as const, '/api/runs/r%2F1/cancel', '{}'],
    [{ kind: 'replay', name: 'm.json' } as const, '/api/poison/replay', '{"name":"m.json"}'],
  ])('%j goes to %s', async (action, url, body) => {
    const { client, asked } = clientOf(
      Response.json({ runId: 'r1', dryRun: false }, { status: 202 }),
    );

    expect((await act(client, action, 'once')).ok).toBe(true);
    expect(asked[0]).toMatchObject({ url, init: { body } });
  });
});
