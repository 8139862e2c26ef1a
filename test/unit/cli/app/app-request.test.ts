import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { noAnswer, sendToApp } from '../../../../lib/cli/app/app-request.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { type LocalServer, startLocalServer } from '../../../world/http/local-server.ts';
import { brokenConnection, StubDelays } from '../../http/stub-http-client.ts';

let server: LocalServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Sends a request to an app that gives this answer. */
async function send(body?: object, status = 200, headers = {}, token?: string) {
  const asked: { readonly request: IncomingMessage; readonly body: string }[] = [];
  server = await startLocalServer((request, response) => {
    void text(request).then((sent) => {
      asked.push({ request, body: sent });
      response.writeHead(status, headers).end('{}');
    });
  });
  const response = await sendToApp(
    { origin: server.url, key: 'the-key', ...(token !== undefined && { token }) },
    { path: '/api/doctor', ...(body !== undefined && { body }) },
    { clock: new ManualClock(), delays: new StubDelays(), stop: new AbortController().signal },
  );
  return { response, asked };
}

it('asks with the key, and without a body', async () => {
  const { response, asked } = await send();

  expect(response.status).toBe(200);
  expect(asked[0]?.request).toMatchObject({ method: 'GET', url: '/api/doctor' });
  expect(asked[0]?.request.headers).toMatchObject({ 'x-functions-key': 'the-key' });
  expect(asked[0]?.request.headers).not.toHaveProperty('content-type');
});

it('asks with the token in place of the key', async () => {
  const { asked } = await send(undefined, 200, {}, 'the-token');
  expect(asked[0]?.request.headers).toMatchObject({ authorization: 'Bearer the-token' });
  expect(asked[0]?.request.headers).not.toHaveProperty('x-functions-key');
});

it('sends a body as JSON', async () => {
  const { asked } = await send({ retry: true });

  expect(asked[0]?.request).toMatchObject({ method: 'POST' });
  expect(asked[0]?.request.headers).toMatchObject({
    'content-type': 'application/json',
    'x-patchwright-request': 'cli',
  });
  expect(asked[0]?.body).toBe('{"retry":true}');
});

it.each([
  [302, { location: '/elsewhere' }],
  [503, {}],
])('returns the status %i without another request', async (status, headers) => {
  const { response, asked } = await send({ retry: true }, status, headers);

  expect(response.status).toBe(status);
  expect(asked).toHaveLength(1);
});

it.each([
  ['ECONNREFUSED', /^check the address and the network/],
  ['SELF_SIGNED_CERT_IN_CHAIN', /NODE_EXTRA_CA_CERTS/],
])('says what to do after %s', (code, whatToDo) => {
  expect(noAnswer('https://app.test/api/doctor', brokenConnection(code))).toMatchObject({
    message: `no answer (${code})`,
    where: 'https://app.test/api/doctor',
    whatToDo: expect.stringMatching(whatToDo),
  });
});
