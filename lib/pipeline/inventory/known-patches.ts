import { Annotation } from '../../image/annotations.ts';
import { Digest } from '../../image/digest.ts';
import { ImageManifest } from '../../image/manifest.ts';
import type { RepositoryName } from '../../image/reference.ts';
import { readJson } from '../../json/read-json.ts';
import type { TagAttributes } from '../../registry/registry.ts';
import type { KnownPatch } from '../records/target.ts';
import type { Services } from '../services.ts';

type Needed = Pick<Services, 'inventory' | 'registry'>;

/**
 * Reads whether a tag is a patch of ours. The manifest's annotations can be forged: if the
 * inventory knows patches of the source, this one must be among them. Caches its results for one
 * step.
 */
export function patchReader(
  services: Needed,
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

/** Limit of patches read for each source, newest first: a year of weekly patches. */
const READ_PATCHES = 60;

/** Patches of a source that are in the inventory and still in the registry, tagged or not. */
export async function rememberedPatches(
  services: Needed,
  repository: RepositoryName,
  source: Digest,
): Promise<readonly Omit<KnownPatch, 'tag'>[]> {
  const image = await services.inventory.findImage({ repository, digest: source });
  const patches: Omit<KnownPatch, 'tag'>[] = [];
  for (const digest of image?.patchDigests.slice(-READ_PATCHES) ?? []) {
    const patch = await readAnnotations(services, repository, digest);
    if (patch?.sourceDigest === source) patches.push(patch);
  }
  return patches;
}

async function readPatch(
  services: Needed,
  repository: RepositoryName,
  digest: Digest,
): Promise<Omit<KnownPatch, 'tag'> | undefined> {
  const patch = await readAnnotations(services, repository, digest);
  if (patch === undefined) return undefined;
  const image = await services.inventory.findImage({ repository, digest: patch.sourceDigest });
  const known = image?.patchDigests ?? [];
  return known.length > 0 && !known.includes(digest) ? undefined : patch;
}

/** Reads the source that a manifest's annotations claim. Untrusted. */
async function readAnnotations(
  services: Needed,
  repository: RepositoryName,
  digest: Digest,
): Promise<Omit<KnownPatch, 'tag'> | undefined> {
  const stored = await services.registry.manifest(repository, digest);
  if (stored === undefined) return undefined;
  const manifest = readJson(ImageManifest, stored.bytes);
  const annotations = manifest.ok ? (manifest.value.annotations ?? {}) : {};
  const sourceDigest = Digest.safeParse(annotations[Annotation.sourceDigest]);
  const fingerprint = annotations[Annotation.fingerprint];
  if (annotations[Annotation.sourceRepository] !== repository) return undefined;
  if (!sourceDigest.success || fingerprint === undefined) return undefined;
  return { digest, sourceDigest: sourceDigest.data, fingerprint };
}
