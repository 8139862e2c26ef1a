import type { Digest } from '../image/digest.ts';
import type { RegistryHost, RepositoryName } from '../image/reference.ts';
import type { Finding } from './finding.ts';

/**
 * An OpenVEX 0.2.0 document with the vulnerabilities that a patch fixed. Equal options give equal
 * bytes. The product is the image by digest; the subcomponents are the packages before the patch.
 */
export function openVex(options: {
  readonly image: { readonly host: RegistryHost; readonly repository: RepositoryName };
  readonly digest: Digest;
  readonly fixed: readonly Finding[];
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly author: string;
  /** The document's IRI. */
  readonly id: string;
}): Uint8Array {
  const { image, digest, fixed, timestamp, author, id } = options;
  const name = image.repository.split('/').at(-1) ?? image.repository;
  const product = `pkg:oci/${name}@${digest}?repository_url=${image.host}/${image.repository}`;

  const purls = new Map<string, Set<string>>();
  for (const finding of fixed) {
    const known = purls.get(finding.id) ?? new Set();
    if (finding.purl !== undefined) known.add(finding.purl);
    purls.set(finding.id, known);
  }
  const statements = [...purls]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([vulnerability, packages]) => ({
      vulnerability: { name: vulnerability },
      products: [{ '@id': product, ...subcomponents(packages) }],
      status: 'fixed',
    }));

  const document = {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': id,
    author,
    timestamp,
    version: 1,
    statements,
  };
  return new TextEncoder().encode(`${JSON.stringify(document, undefined, 2)}\n`);
}

function subcomponents(packages: ReadonlySet<string>) {
  if (packages.size === 0) return {};
  return { subcomponents: [...packages].sort().map((purl) => ({ '@id': purl })) };
}
