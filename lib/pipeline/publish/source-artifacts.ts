import { MediaType } from '../../image/manifest.ts';
import { type PinnedImage, Tag } from '../../image/reference.ts';
import { plainText } from '../../text/plain-text.ts';
import type { Services } from '../services.ts';

const MAX_ARTIFACTS = 200;
/** cosign keeps what belongs to a digest under tags of these forms: `sha256-HEX.sig`. */
const COSIGN_SUFFIXES = ['sig', 'att', 'sbom'] as const;

/**
 * Lists the signatures, SBOMs and attestations of the source, as JSON. They say nothing about the
 * patch: whoever needs them finds them by the source's digest. Returns undefined if there are none.
 */
export async function sourceArtifacts(
  { registry }: Services,
  source: PinnedImage,
): Promise<Uint8Array | undefined> {
  const { repository, digest } = source;
  const referrers = (await registry.referrers(repository, digest)).slice(0, MAX_ARTIFACTS);
  const attached = referrers.map((one) => ({
    type: plainText(one.artifactType ?? one.mediaType, 255),
    digest: one.digest,
  }));
  const tags = COSIGN_SUFFIXES.map((suffix) => Tag.parse(`${digest.replace(':', '-')}.${suffix}`));
  const found = await Promise.all(tags.map((tag) => registry.tag(repository, tag)));
  const tagged = found.flatMap((one) =>
    one === undefined ? [] : [{ type: MediaType.ociManifest, tag: one.tag, digest: one.digest }],
  );
  const artifacts = [...attached, ...tagged];
  if (artifacts.length === 0) return undefined;
  const document = { of: 'source', repository, digest, artifacts };
  return new TextEncoder().encode(`${JSON.stringify(document, undefined, 2)}\n`);
}
