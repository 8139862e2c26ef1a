import * as z from 'zod';
import { readJson } from '../json/read-json.ts';
import { MediaType } from './manifest.ts';

/** What people call them. Sources: Helm, cosign and in-toto, as each tool pushes them. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['application/vnd.cncf.helm.config.v1+json', 'a Helm chart'],
  ['application/vnd.dev.cosign.artifact.sig.v1+json', 'a signature by cosign'],
  ['application/vnd.dev.cosign.simplesigning.v1+json', 'a signature by cosign'],
  ['application/vnd.cncf.notary.signature', 'a signature by Notation'],
  ['application/vnd.in-toto+json', 'an attestation'],
  ['application/vnd.dsse.envelope.v1+json', 'an attestation'],
  ['application/spdx+json', 'an SBOM'],
  ['application/vnd.cyclonedx+json', 'an SBOM'],
]);

/** True for the content of an artifact. cosign's signatures have the config of an image. */
export function isArtifactContent(mediaType: string): boolean {
  return NAMES.has(mediaType);
}

const Typed = z.looseObject({ mediaType: z.string() });
const Artifact = z.looseObject({
  artifactType: z.string().optional(),
  config: Typed.optional(),
  layers: z.array(Typed).max(1000).optional(),
});

/**
 * Says which kind of artifact a manifest holds: by its artifact type, else by the type of its config, or
 * of its first layer if an image's config only stands in for one. Untrusted.
 */
export function artifactTypeOf(stored: { readonly bytes: Uint8Array; readonly mediaType: string }) {
  const parsed = readJson(Artifact, stored.bytes);
  if (!parsed.ok) return stored.mediaType;
  const { artifactType, config, layers } = parsed.value;
  const types = [artifactType, config?.mediaType, layers?.[0]?.mediaType];
  const known = types.find((type) => type !== undefined && NAMES.has(type));
  const type =
    known ??
    types.find((one) => one !== undefined && one !== MediaType.ociEmpty) ??
    stored.mediaType;
  const name = NAMES.get(type);
  return name === undefined ? type : `${name} (${type})`;
}
