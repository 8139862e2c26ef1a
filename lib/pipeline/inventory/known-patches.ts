import { Annotation } from '../../image/annotations.ts';
import { Digest } from '../../image/digest.ts';
import { ImageManifest } from '../../image/manifest.ts';
import { parseJson } from '../../image/parse-json.ts';
import type { RepositoryName } from '../../image/reference.ts';
import type { TagAttributes } from '../../registry/registry.ts';
import { patchDigests } from '../records/inventory-row.ts';
import type { KnownPatch } from '../records/target-row.ts';
import type { Services } from '../services.ts';
import { inventoryImage } from './inventory.ts';

/**
 * Reads whether a tag is a patch of ours: its manifest's annotations say so, and where the inventory
 * knows the source it knows the patch too, since annotations can be forged. The look of a tag proves
 * nothing. Remembers what it read for as long as it lives: one step.
 */
export function patchReader(
  services: Services,
  repository: RepositoryName,
): (tag: TagAttributes) => Promise<KnownPatch | undefined> {
  const read = new Map<Digest, Promise<Omit<KnownPatch, 'tag'> | undefined>>();
  return async (tag) => {
    const pending = read.get(tag.digest) ?? readPatch(services, repository, tag.digest);
    read.set(tag.digest, pending);
    const patch = await pending;
    return patch === undefined ? undefined : { tag: tag.tag, ...patch };
  };
}

/** The newest of a source's patches that are read one by one: a year of weekly ones. */
const READ_PATCHES = 60;

/** The patches of a source that the inventory remembers and the registry still holds, tagged or not. */
export async function rememberedPatches(
  services: Services,
  repository: RepositoryName,
  source: Digest,
): Promise<readonly Omit<KnownPatch, 'tag'>[]> {
  const image = await inventoryImage(services, repository, source);
  const patches: Omit<KnownPatch, 'tag'>[] = [];
  for (const digest of image === undefined ? [] : patchDigests(image).slice(-READ_PATCHES)) {
    const patch = await readAnnotations(services, repository, digest);
    if (patch?.sourceDigest === source) patches.push(patch);
  }
  return patches;
}

async function readPatch(
  services: Services,
  repository: RepositoryName,
  digest: Digest,
): Promise<Omit<KnownPatch, 'tag'> | undefined> {
  const patch = await readAnnotations(services, repository, digest);
  if (patch === undefined) return undefined;
  const image = await inventoryImage(services, repository, patch.sourceDigest);
  const known = image === undefined ? [] : patchDigests(image);
  return known.length > 0 && !known.includes(digest) ? undefined : patch;
}

/** What a manifest says that it is a patch of: a claim. */
async function readAnnotations(
  services: Services,
  repository: RepositoryName,
  digest: Digest,
): Promise<Omit<KnownPatch, 'tag'> | undefined> {
  const stored = await services.registry.manifest(repository, digest);
  if (stored === undefined) return undefined;
  const manifest = ImageManifest.safeParse(parseJson(stored.bytes));
  const annotations = manifest.success ? (manifest.data.annotations ?? {}) : {};
  const sourceDigest = Digest.safeParse(annotations[Annotation.sourceDigest]);
  const fingerprint = annotations[Annotation.fingerprint];
  if (annotations[Annotation.sourceRepository] !== repository) return undefined;
  if (!sourceDigest.success || fingerprint === undefined) return undefined;
  return { digest, sourceDigest: sourceDigest.data, fingerprint };
}
