import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { askBuildkit } from '../../../../worker/builder/ask-buildkit.ts';
import {
  type Authority,
  createAuthority,
  type IssuedCertificate,
} from '../../../world/tls/certificates.ts';
import { setUpWorker } from '../support/worker-setup.ts';

let authority: Authority;
let own: IssuedCertificate;
let client: IssuedCertificate;

beforeAll(async () => {
  authority = await createAuthority();
  own = await authority.issue(['127.0.0.1', 'localhost']);
  client = await authority.issueClient('patchwright');
});

async function ask(
  port: number,
  files: { readonly ca?: string; readonly cert?: string; readonly key?: string } = {},
  host = '127.0.0.1',
) {
  const { base } = await setUpWorker();
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => join(base, name));
  if (ca === undefined || cert === undefined || key === undefined) throw new Error();
  await writeFile(ca, files.ca ?? authority.caPem);
  await writeFile(cert, files.cert ?? client.certPem);
  await writeFile(key, files.key ?? client.keyPem);
  return askBuildkit(`tcp://${host}:${port}`, { ca, cert, key });
}

const tls = () => ({
  cert: own.certPem,
  key: own.keyPem,
  ca: authority.caPem,
  requestCert: true,
  rejectUnauthorized: true,
});

async function portOf(server: ReturnType<typeof createServer | typeof createSecureServer>) {
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

it.each(['127.0.0.1', 'localhost'])('accepts a server that speaks HTTP/2 at %s', async (host) => {
  const port = await portOf(createSecureServer(tls()));

  expect(await ask(port, {}, host)).toEqual({ ok: true, detail: '' });
});

it('says that the server does not trust the certificate', async () => {
  const other = await (await createAuthority()).issueClient('stranger');
  const port = await portOf(createSecureServer(tls()));

  expect(await ask(port, { cert: other.certPem, key: other.keyPem })).toMatchObject({ ok: false });
});

it('says that the server is not of the authority', async () => {
  const port = await portOf(createSecureServer(tls()));
  const { caPem } = await createAuthority();

  const trial = await ask(port, { ca: caPem });

  expect(trial).toMatchObject({ ok: false, detail: expect.stringMatching(/SIGNATURE|CERT/) });
});

it('says that TLS did not agree on HTTP/2', async () => {
  // The settings frame of HTTP/2 (RFC 9113, section 6.5), without its negotiation.
  const frame = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const server = createServer(tls(), (socket) => {
    socket.on('error', () => undefined);
    socket.write(frame);
  });

  expect(await ask(await portOf(server))).toEqual({
    ok: false,
    detail: 'TLS did not negotiate HTTP/2',
  });
});

it('says that nothing listens', async () => {
  const server = createServer();
  const port = await portOf(server);
  server.close();
  await once(server, 'close');

  expect(await ask(port)).toEqual({ ok: false, detail: 'ECONNREFUSED' });
});

it('says that a file is not PEM', async () => {
  const trial = await ask(1, { key: 'no key' });

  expect(trial.ok).toBe(false);
  expect(trial.detail).not.toBe('');
  expect(trial.detail.length).toBeLessThanOrEqual(300);
});
