import { isIP } from 'node:net';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A server's certificate and its private key (PKCS #8), both PEM. The key is a secret. */
export interface IssuedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
}

/** A certificate authority with the lifetime of its local Azure. */
export interface Authority {
  /** PEM of the authority's own certificate, which clients trust. */
  readonly caPem: string;
  /** A server certificate for these host names and IP addresses. */
  issue(names: readonly string[]): Promise<IssuedCertificate>;
  /** A certificate for a client of this name. */
  issueClient(name: string): Promise<IssuedCertificate>;
}

/**
 * Makes an authority whose certificates Node, OpenSSL and Go accept. Go is the strictest of them:
 * it ignores the common name, requires every name as a subject alternative name, the authority marked
 * as a CA, and server authentication among the extended usages.
 */
export async function createAuthority(
  options: { readonly now?: () => Date } = {},
): Promise<Authority> {
  const x509 = await loadX509();
  const now = (options.now ?? (() => new Date()))();
  const validity = {
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + 90 * DAY_MS),
  };
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Patchwright local Azure',
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  async function issueFor(usage: string, names: readonly string[]): Promise<IssuedCertificate> {
    const own = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${names[0] ?? 'localhost'}`,
      issuer: authority.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      ...validity,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([usage]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
        ),
        await x509.SubjectKeyIdentifierExtension.create(own.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const key = await crypto.subtle.exportKey('pkcs8', own.privateKey);
    return {
      certPem: certificate.toString('pem'),
      keyPem: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    };
  }

  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  return {
    caPem: authority.toString('pem'),
    issue: (names) => issueFor(serverAuth, names),
    issueClient: (name) => issueFor(clientAuth, [name]),
  };
}

/**
 * Loads the certificate library. Its dependency container refuses to load without the decorator
 * metadata proposal's functions on `Reflect`. The library registers everything without them, so
 * ones that know of no metadata are enough.
 */
async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  if (!('getMetadata' in Reflect)) {
    Object.assign(Reflect, {
      getMetadata: () => undefined,
      getOwnMetadata: () => undefined,
      defineMetadata: () => undefined,
    });
  }
  return import('@peculiar/x509');
}
