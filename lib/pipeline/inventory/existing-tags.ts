import type { ExistingTag } from '../../image/patch-tags.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import type { TagAttributes } from '../../registry/registry.ts';
import type { Services } from '../services.ts';
import { claimReader, kindOf, type PatchClaim } from './known-patches.ts';
import { predecessorReader } from './predecessor-patches.ts';

/**
 * Tells what the tags with the form of a patch tag are: a patch of ours, one of ACR Continuous
 * Patching, an image that only claims to be one, or somebody else's. Caches its results for one step.
 */
export function existingTagReader(
  services: Pick<Services, 'inventory' | 'registry'>,
  repository: RepositoryName,
) {
  const readClaim = claimReader(services, repository);
  const readPredecessor = predecessorReader(services, repository);
  const readExisting = async (
    attributes: TagAttributes,
    base: Tag,
  ): Promise<{ readonly existing: ExistingTag; readonly claim: PatchClaim | undefined }> => {
    const claim = await readClaim(attributes);
    const kind = claim === undefined ? await readPredecessor(attributes, base) : kindOf(claim);
    const { tag, locked } = attributes;
    return { existing: { tag, kind: kind ?? 'foreign', locked: locked === true }, claim };
  };
  return { readClaim, readPredecessor, readExisting };
}
