import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { belongTogether, CertificatePem, PrivateKeyPem } from '../../../lib/settings/pem.ts';
import { createAuthority } from '../../world/tls/certificates.ts';

let ca: string;
let cert: string;
let key: string;
let otherKey: string;
beforeAll(async () => {
  const authority = await createAuthority();
  const issued = await authority.issue(['patchwright']);
  ca = authority.caPem;
  cert = issued.certPem;
  key = issued.keyPem;
  otherKey = (await authority.issue(['patchwright'])).keyPem;
});

it('reads a certificate and a chain of certificates', () => {
  expect(CertificatePem.parse(cert).trim()).toBe(cert.trim());
  expect(CertificatePem.safeParse(`${cert}\n${ca}`).success).toBe(true);
});

it('reads line breaks that are written as \\n and ends the text with a line break', () => {
  const oneLine = cert.trim().replaceAll('\n', String.raw`\n`);

  expect(CertificatePem.parse(`  ${oneLine} `)).toBe(`${cert.trim()}\n`);
});

it.each([
  ['a text without a certificate', () => 'hello'],
  ['a certificate with invalid content', () => cert.replace(/MII\w/, 'AAAA')],
  ['a private key', () => key],
  ['a chain with a broken certificate', () => `${cert}\n${ca.replace(/MII\w/, 'AAAA')}`],
  ['more than 16 KiB', () => `${cert}\n${'x'.repeat(16_384)}`],
])('refuses %s as a certificate', (_, text) => {
  expect(CertificatePem.safeParse(text()).success).toBe(false);
});

it('says how long a PEM may be', () => {
  const { error } = CertificatePem.safeParse(`${cert}\n${'x'.repeat(16_384)}`);

  expect(error?.issues.map(({ message }) => message)).toEqual([
    'must have at most 16384 characters',
  ]);
});

it('refuses a private key with a passphrase and a certificate in place of a key', () => {
  const locked = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  }).privateKey;

  expect(PrivateKeyPem.safeParse(key).success).toBe(true);
  expect(PrivateKeyPem.safeParse(cert).success).toBe(false);
  expect(PrivateKeyPem.safeParse(locked).success).toBe(false);
});

it('compares the key with the first certificate of a chain', () => {
  expect(belongTogether(`${cert}\n${ca}`, key)).toBe(true);
  expect(belongTogether(`${ca}\n${cert}`, key)).toBe(false);
  expect(belongTogether(cert, otherKey)).toBe(false);
  expect(belongTogether(cert, 'no key')).toBe(false);
  expect(belongTogether('no certificate', key)).toBe(false);
});
