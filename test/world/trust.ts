import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/**
 * Makes this process also trust the authority, for SDK clients, which
 * don't all accept an authority. Child processes get NODE_EXTRA_CA_CERTS instead.
 */
export function trustAuthority(caPem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), caPem]);
}
