import { digestOf } from '../../image/digest.ts';
import { MediaType } from '../../image/manifest.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import { RegistryError } from '../../registry/registry.ts';
import type { Lease } from '../lease.ts';
import type { Services } from '../services.ts';
import { MARK_CONFIG, markManifest } from './mark-artifact.ts';
import { holderAmong, markHolder, tagsByAge } from './mark-holder.ts';
import { marksOf } from './mark-names.ts';

/**
 * Marks a repository before this installation first patches there. Two installations that patch one
 * repository would delete each other's staging. Returns the other installation whose mark is older;
 * undefined if this one holds the repository, or has no name.
 *
 * @throws RegistryError if the registry fails, or does not list the new mark: a later try may see it.
 */
export async function heldElsewhere(
  services: Pick<Services, 'registry' | 'options'>,
  repository: RepositoryName,
  lease: Lease,
): Promise<Tag | undefined> {
  const { registry, options } = services;
  const { installation } = options;
  if (installation === undefined) return undefined;
  const before = await markHolder(registry, repository);
  if (before !== undefined) return before === installation ? undefined : before;
  await putMark(services, repository, installation, lease);
  // Another installation may have marked it meanwhile. A listing that lacks our mark may lack others.
  const tags = await tagsByAge(registry, repository);
  if (!tags.includes(installation)) {
    const detail = `the registry does not list the new mark of ${repository} yet`;
    throw new RegistryError('unavailable', detail);
  }
  const after = await holderAmong(registry, repository, tags);
  return after === installation ? undefined : after;
}

/** An artifact of the installation's own, so that deleting it deletes no other mark. */
async function putMark(
  { registry }: Pick<Services, 'registry'>,
  repository: RepositoryName,
  installation: Tag,
  lease: Lease,
): Promise<void> {
  const marks = marksOf(repository);
  lease.assertHeld();
  await registry.putBlob(marks, digestOf(MARK_CONFIG), MARK_CONFIG);
  lease.assertHeld();
  await registry.putManifest(marks, installation, {
    bytes: markManifest(installation),
    mediaType: MediaType.ociManifest,
  });
}
