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
 * Reads whether a tag is a patch of ours. Its manifest's annotations say so; since they can be forged,
 * the inventory must know the patch too if it knows the source. Caches what it read, for one step.
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

/** Patches of a source that are read one by one, the newest: a year of weekly ones. */
const READ_PATCHES = 60;

/** The patches of a source that the inventory remembers and the registry still holds, tagged or not. */
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

/** The source that a manifest claims to be a patch of. Untrusted. */
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
