/** What people call the types of artifacts. Sources: as each tool pushes them; lib/image/annotations.ts. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['application/vnd.openvex+json', 'VEX'],
  ['application/vnd.patchwright.report.before+json', 'scan before the patch'],
  ['application/vnd.patchwright.report.after+json', 'scan after the patch'],
  ['application/vnd.patchwright.of-source+json', 'what is attached to the source'],
  ['application/vnd.cyclonedx+json', 'SBOM'],
  ['application/spdx+json', 'SBOM'],
  ['application/vnd.cncf.notary.signature', 'signature by Notation'],
  ['application/vnd.dev.cosign.artifact.sig.v1+json', 'signature by cosign'],
  ['application/vnd.dev.sigstore.bundle.v0.3+json', 'signature or attestation by cosign'],
  ['application/vnd.in-toto+json', 'attestation'],
]);

/** The type in words, or as it is. */
export function artifactWords(type: string | null): string {
  return type === null ? 'of no type' : (WORDS.get(type) ?? type);
}
