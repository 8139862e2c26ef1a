import { createServer as createHttp2Server } from 'node:http2';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { awaitGreeting, speaksHttp2 } from '../../../../worker/builder/speaks-http2.ts';
import { setUpWorker } from '../support/worker-setup.ts';

async function listen(server: Pick<Server, 'listen' | 'close' | 'once'>): Promise<string> {
  const { base } = await setUpWorker();
  const path = join(base, 'socket');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  return path;
}

it('is true if the server sends HTTP/2 settings', async () => {
  expect(await speaksHttp2(await listen(createHttp2Server()))).toBe(true);
});

it('is false if nothing listens', async () => {
  expect(await speaksHttp2('/nowhere/socket')).toBe(false);
});

it('is false if the server closes the connection', async () => {
  expect(await speaksHttp2(await listen(createServer((socket) => socket.destroy())))).toBe(false);
});

it.each([
  ['closes the connection', createServer((socket) => socket.end()), /closed|ECONNRESET|EPIPE/],
  ['speaks something else', createServer((socket) => socket.end('HTTP/1.1 400 no\r\n\r\n')), /./],
  ['says nothing', createServer(() => undefined), /^no answer in time$/],
])('says why if the server %s', async (_, server, why) => {
  const socket = connect({ path: await listen(server) });

  expect(await awaitGreeting(socket, 50)).toEqual({
    greeted: false,
    why: expect.stringMatching(why),
  });
  expect(socket.destroyed).toBe(true);
});

it('says the error of the system', async () => {
  expect(await awaitGreeting(connect({ path: '/nowhere/socket' }), 1000)).toEqual({
    greeted: false,
    why: 'ENOENT',
  });
});
