import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/**
 * Makes this process trust the authority, beside those that it trusts already: for SDK clients, which
 * can't all be told an authority. Child processes get NODE_EXTRA_CA_CERTS instead.
 */
export function trustAuthority(caPem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), caPem]);
}
