import { Annotation } from '../../image/annotations.ts';
import { Digest } from '../../image/digest.ts';
import { ImageManifest } from '../../image/manifest.ts';
import type { ExistingTag } from '../../image/patch-tags.ts';
import type { RepositoryName } from '../../image/reference.ts';
import { readJson } from '../../json/read-json.ts';
import type { TagAttributes } from '../../registry/registry.ts';
import { Fingerprint } from '../../report/finding.ts';
import type { KnownPatch } from '../records/target.ts';
import type { Services } from '../services.ts';

type Needed = Pick<Services, 'inventory' | 'registry'>;

/** An image whose annotations say that it is a patch of ours. */
export interface PatchClaim {
  readonly patch: KnownPatch;
  /** The inventory holds its digest. Only then is it a patch of ours: anybody can write annotations. */
  readonly proven: boolean;
}

/** What a tag with the form of a patch tag is, by what its image claims to be. */
export function kindOf(claim: PatchClaim): ExistingTag['kind'] {
  return claim.proven ? 'ours' : 'claimed';
}

/** Reads what a tag's image claims to be. Caches its results for one step. */
export function claimReader(
  services: Needed,
  repository: RepositoryName,
): (tag: TagAttributes) => Promise<PatchClaim | undefined> {
  const read = new Map<Digest, ReturnType<typeof readClaim>>();
  return async ({ tag, digest }) => {
    const pending = read.get(digest) ?? readClaim(services, repository, digest);
    read.set(digest, pending);
    const claim = await pending;
    return claim === undefined
      ? undefined
      : { patch: { tag, ...claim.patch }, proven: claim.proven };
  };
}

/** Reads a tag that is a patch of ours. Caches its results for one step. */
export function patchReader(
  services: Needed,
  repository: RepositoryName,
): (tag: TagAttributes) => Promise<KnownPatch | undefined> {
  const read = claimReader(services, repository);
  return async (tag) => {
    const claim = await read(tag);
    return claim?.proven === true ? claim.patch : undefined;
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

async function readClaim(
  services: Needed,
  repository: RepositoryName,
  digest: Digest,
): Promise<{ readonly patch: Omit<KnownPatch, 'tag'>; readonly proven: boolean } | undefined> {
  const patch = await readAnnotations(services, repository, digest);
  if (patch === undefined) return undefined;
  const image = await services.inventory.findImage({ repository, digest: patch.sourceDigest });
  return { patch, proven: image?.patchDigests.includes(digest) === true };
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
  const fingerprint = Fingerprint.safeParse(annotations[Annotation.fingerprint]);
  if (annotations[Annotation.sourceRepository] !== repository) return undefined;
  if (!sourceDigest.success || !fingerprint.success) return undefined;
  return { digest, sourceDigest: sourceDigest.data, fingerprint: fingerprint.data };
}
