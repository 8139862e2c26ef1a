import { Annotation } from '../../image/annotations.ts';
import { basesIn } from '../../image/copa-config.ts';
import { Digest } from '../../image/digest.ts';
import { formatPinned, type RepositoryName } from '../../image/reference.ts';
import { compareStructure } from '../../image/structure/compare-structure.ts';
import { plainText } from '../../text/plain-text.ts';
import type { Services } from '../services.ts';
import { type ParsedImage, readImageAt } from './read-image.ts';

type Needed = Pick<Services, 'registry' | 'inventory'>;

interface Claimant {
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly image: ParsedImage;
}

/** The image of this repository of which another one says that it is a patch. */
export type ClaimedSource =
  | { readonly proven: true; readonly digest: Digest; readonly source: ParsedImage }
  /** Its layers begin with those of that image, unless that was deleted. For people: its name. */
  | { readonly proven: false; readonly image: string; readonly by: 'annotations' | 'copa' };

/**
 * Finds the source that an image's annotations or Copa's label name. Anybody can write these, and
 * images built on a patch inherit some: only a digest in the inventory proves a patch of ours.
 */
export async function claimedSource(
  services: Needed,
  claimant: Claimant,
): Promise<ClaimedSource | undefined> {
  return (await annotatedSource(services, claimant)) ?? copaSource(services, claimant);
}

async function annotatedSource(
  { registry, inventory }: Needed,
  { repository, digest, image }: Claimant,
): Promise<ClaimedSource | undefined> {
  const annotations = image.manifest.annotations ?? {};
  if (annotations[Annotation.sourceRepository] !== repository) return undefined;
  const named = Digest.safeParse(annotations[Annotation.sourceDigest]);
  if (!named.success) return undefined;
  const source = await readImageAt(registry, repository, named.data);
  const sourceReference = formatPinned(registry.host, { repository, digest: named.data });
  // Registries purge untagged sources. Its tag's form must also say that it is a patch.
  if (source === undefined) return { proven: false, image: sourceReference, by: 'annotations' };
  const known = await inventory.findImage({ repository, digest: named.data });
  if (known?.patchDigests.includes(digest) === true) {
    return { proven: true, digest: named.data, source };
  }
  const verdict = compareStructure({ source, patched: image, sourceReference });
  if (!verdict.accepted) return undefined;
  return { proven: false, image: sourceReference, by: 'annotations' };
}

/** Images built on a patch of Copa's inherit the label, but not the manifest's annotation. */
async function copaSource(
  { registry }: Needed,
  { repository, image: { manifest, config } }: Claimant,
): Promise<ClaimedSource | undefined> {
  if (manifest.annotations?.[Annotation.patchedByCopa] === undefined) return undefined;
  const here = `${registry.host}/${repository}`;
  for (const { label, tag, digest: pinned } of basesIn(here, config)) {
    const named = pinned ?? tag;
    const source = named === undefined ? undefined : await readImageAt(registry, repository, named);
    if (source === undefined) continue;
    const begins = source.manifest.layers.every(
      ({ digest }, at) => manifest.layers[at]?.digest === digest,
    );
    if (begins) return { proven: false, image: plainText(label, 200), by: 'copa' };
  }
  return undefined;
}
