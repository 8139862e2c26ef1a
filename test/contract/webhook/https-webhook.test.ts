import type { IncomingMessage, RequestListener } from 'node:http';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { HttpsWebhook, type WebhookSettings } from '../../../lib/webhook/https-webhook.ts';
import { keyOf } from '../../../lib/webhook/signature.ts';
import { type LocalServer, startLocalServer } from '../../world/http/local-server.ts';
import { createAuthority } from '../../world/tls/certificates.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const MESSAGE = { id: '20261123T020000Z-7f3a-run-ended', body: '{"type":"é"}' };

interface Heard {
  readonly request: IncomingMessage;
  readonly body: string;
}

let server: LocalServer;
let caPem: string;
let heard: Heard[] = [];
let answer: RequestListener = (_, response) => response.end();

beforeAll(async () => {
  const authority = await createAuthority();
  caPem = authority.caPem;
  const tls = await authority.issue(['localhost', '127.0.0.1']);
  server = await startLocalServer(
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        heard.push({ request, body: Buffer.concat(chunks).toString() });
        answer(request, response);
      });
    },
    { tls },
  );
});
afterAll(() => server.close());
beforeEach(() => {
  heard = [];
  answer = (_, response) => response.end();
});

function webhook(changes: Partial<WebhookSettings> = {}, limitMs?: number): HttpsWebhook {
  const key = keyOf(SECRET);
  const settings: WebhookSettings = {
    url: new URL(`${server.url}/hook?token=hidden`),
    keys: key === undefined ? [] : [key],
    events: new Set(['run-ended']),
    reach: 'local',
    extraCa: caPem,
    ...changes,
  };
  return new HttpsWebhook(settings, {
    clock: systemClock,
    ...(limitMs !== undefined && { limitMs }),
  });
}

const status =
  (code: number, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(code, headers).end('a body that nobody reads');

it('posts a signed event, which the library of Standard Webhooks accepts', async () => {
  expect(await webhook().send(MESSAGE)).toEqual({ kind: 'accepted' });

  const [one] = heard;
  expect(one?.request).toMatchObject({ method: 'POST', url: '/hook?token=hidden' });
  expect(one?.request.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
  const headers = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [
      name,
      String(one?.request.headers[name]),
    ]),
  );
  expect(new Verifier(SECRET).verify(one?.body ?? '', headers)).toEqual({ type: 'é' });
});

it.each([
  [204, { kind: 'accepted' }],
  [400, { kind: 'refused', detail: 'the receiver answered 400' }],
  [401, { kind: 'unavailable', detail: 'the receiver answered 401' }],
  [410, { kind: 'gone', detail: 'the receiver answered 410' }],
  [500, { kind: 'unavailable', detail: 'the receiver answered 500' }],
])('understands the answer %i', async (code, expected) => {
  answer = status(code);

  expect(await webhook().send(MESSAGE)).toMatchObject(expected);
});

it('passes on how long the receiver asks to wait', async () => {
  answer = status(429, { 'retry-after': '77' });

  expect(await webhook().send(MESSAGE)).toMatchObject({ retryAfterSeconds: 77 });
});

it('follows no redirect', async () => {
  answer = status(307, { location: `${server.url}/elsewhere` });

  expect(await webhook().send(MESSAGE)).toEqual({
    kind: 'unavailable',
    detail: 'the receiver answered 307: no redirect is followed',
    retryAfterSeconds: undefined,
  });
  expect(heard).toHaveLength(1);
});

it('ends at once if the receiver switches protocols', async () => {
  answer = status(101, { connection: 'Upgrade', upgrade: 'x' });

  expect(await webhook().send(MESSAGE)).toMatchObject({
    kind: 'unavailable',
    detail: 'the receiver answered 101',
  });
});

it('does not wait for the end of an endless answer', async () => {
  answer = (_, response) => void response.writeHead(200).write('more and more');

  expect(await webhook().send(MESSAGE)).toEqual({ kind: 'accepted' });
});

it('gives up on a receiver that never answers', async () => {
  answer = () => {};

  expect(await webhook({}, 50).send(MESSAGE)).toEqual({
    kind: 'unavailable',
    detail: 'no answer within 0.05 s',
  });
});

describe('does not connect', () => {
  it('to a name that leads to this machine or into the network', async () => {
    const sent = await webhook({ reach: 'private' }).send(MESSAGE);

    expect(sent).toEqual({ kind: 'unavailable', detail: 'its address is a loopback address' });
    expect(heard).toEqual([]);
  });

  it('to an address of that kind in place of a name', async () => {
    const url = new URL(server.url.replace('localhost', '127.0.0.1'));

    expect(await webhook({ reach: 'public', url }).send(MESSAGE)).toMatchObject({
      detail: 'its address is a loopback address',
    });
    expect(heard).toEqual([]);
  });

  it('to a server whose certificate nobody trusts, and names no address', async () => {
    const sent = await webhook({ extraCa: undefined }).send(MESSAGE);

    expect(sent).toMatchObject({ kind: 'unavailable' });
    expect(JSON.stringify(sent)).not.toMatch(/hidden|localhost/);
    expect(heard).toEqual([]);
  });
});
