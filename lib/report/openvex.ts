import type { Digest } from '../image/digest.ts';
import type { Finding, InstalledPackage } from './finding.ts';
import { type ImageName, imagePurl } from './image-purl.ts';

/**
 * An OpenVEX 0.2.0 document with the vulnerabilities that a patch fixed. Equal options give equal
 * bytes. The product is the patch by digest; the subcomponents are its packages with the fixed
 * versions, as in Copa's own document.
 */
export function openVex(options: {
  readonly image: ImageName;
  readonly digest: Digest;
  readonly fixed: readonly Finding[];
  /** The packages of the patch. */
  readonly packages: readonly InstalledPackage[];
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly author: string;
  /** The document's IRI. */
  readonly id: string;
}): Uint8Array {
  const { image, digest, fixed, packages, timestamp, author, id } = options;
  const product = imagePurl(image, digest);
  const installed = Map.groupBy(packages, ({ name }) => name);

  const purls = new Map<string, Set<string>>();
  for (const finding of fixed) {
    const known = purls.get(finding.id) ?? new Set();
    for (const { purl } of installed.get(finding.package) ?? []) {
      if (purl !== undefined) known.add(purl);
    }
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
