import type { Digest } from '../image/digest.ts';
import type { Scan } from './finding.ts';
import { type ImageName, imagePurl } from './image-purl.ts';

/**
 * A CycloneDX 1.6 document with the operating system and its packages, as the accepted scan of the
 * image lists them. Packages of programming languages are not in it. Equal options give equal bytes.
 */
export function sbom(options: {
  readonly image: ImageName;
  readonly digest: Digest;
  readonly scan: Scan;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly author: string;
}): Uint8Array {
  const { image, digest, scan, timestamp, author } = options;
  const purl = imagePurl(image, digest);
  const system = scan.os && {
    type: 'operating-system',
    'bom-ref': `${scan.os.family}@${scan.os.name}`,
    name: scan.os.family,
    version: scan.os.name,
  };
  const packages = scan.packages.map((installed, at) => ({
    type: 'library',
    // Two architectures of one package have the same name and version.
    'bom-ref': `${at}:${installed.purl ?? `${installed.name}@${installed.version}`}`,
    name: installed.name,
    version: installed.version,
    ...(installed.purl !== undefined && { purl: installed.purl }),
  }));
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp,
      tools: { components: [{ type: 'application', name: author }] },
      component: {
        type: 'container',
        'bom-ref': purl,
        name: `${image.host}/${image.repository}`,
        version: digest,
        purl,
      },
    },
    components: system === undefined ? packages : [system, ...packages],
  };
  return new TextEncoder().encode(`${JSON.stringify(document)}\n`);
}
