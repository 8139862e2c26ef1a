import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as z from 'zod';

const MAX_PEM = 16_384;
const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** PEM text. A setting that can't hold line breaks may use `\n` for them. */
const Pem = z
  .string()
  .max(MAX_PEM, `must have at most ${MAX_PEM} characters`)
  .transform((text) => `${text.replaceAll(String.raw`\n`, '\n').trim()}\n`);

/** One certificate or more. Faults never quote the content. */
export const CertificatePem = Pem.refine((text) => certificatesIn(text).length > 0, {
  error: 'must be a certificate in PEM',
});

export const PrivateKeyPem = Pem.refine((text) => succeeds(() => createPrivateKey(text)), {
  error: 'must be a private key in PEM, without a passphrase',
});

/** True if the key belongs to the first certificate. */
export function belongTogether(certificate: string, key: string): boolean {
  const [first] = certificatesIn(certificate);
  return first !== undefined && succeeds(() => createPrivateKey(key))
    ? first.checkPrivateKey(createPrivateKey(key))
    : false;
}

function certificatesIn(text: string): X509Certificate[] {
  const blocks = text.match(CERTIFICATES) ?? [];
  return succeeds(() => blocks.map((block) => new X509Certificate(block)))
    ? blocks.map((block) => new X509Certificate(block))
    : [];
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
