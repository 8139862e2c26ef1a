import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Authority, createAuthority } from './certificates.ts';

let authority: Authority;
let port: number;
let stop: () => void;

beforeEach(async () => {
  authority = await createAuthority();
  const { certPem, keyPem } = await authority.issue(['localhost', '127.0.0.1']);
  const server = createServer({ cert: certPem, key: keyPem });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = address !== null && typeof address === 'object' ? address.port : 0;
  stop = () => server.close();
});
afterEach(() => stop());

/** The result of a handshake: `trusted`, or the error's code. */
function handshake(host: string, ca: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca, servername: host }, () => {
      socket.end();
      resolve('trusted');
    });
    socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  });
}

it('issues a certificate that clients of the authority trust', async () => {
  expect(await handshake('localhost', authority.caPem)).toBe('trusted');
});

it('issues certificates for exactly the requested names', async () => {
  expect(await handshake('example.com', authority.caPem)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

it('is not trusted by a client of another authority with the same name', async () => {
  const other = await createAuthority();

  expect(await handshake('localhost', other.caPem)).not.toBe('trusted');
});

it('marks the authority as a CA and the server as not one, as Go and OpenSSL require', async () => {
  const { certPem } = await authority.issue(['localhost', '127.0.0.1', '::1']);

  const server = new X509Certificate(certPem);
  const ca = new X509Certificate(authority.caPem);

  expect([ca.ca, server.ca]).toEqual([true, false]);
  expect(server.checkIssued(ca)).toBe(true);
  expect(server.subjectAltName).toBe(
    'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  );
  expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
});
