import { digestOf } from '../../image/digest.ts';
import { MediaType } from '../../image/manifest.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import { RegistryError } from '../../registry/registry.ts';
import type { Lease } from '../lease.ts';
import type { Services } from '../services.ts';
import { markHolder, marksByAge } from './mark-holder.ts';
import { marksOf } from './mark-names.ts';

const EMPTY = new TextEncoder().encode('{}');
const MARK_TYPE = 'application/vnd.patchwright.mark.v1+json';

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
  lease.assertHeld();
  await putMark(services, repository, installation);
  // Another installation may have marked it meanwhile. A listing that lacks our mark may lack others.
  const marks = await marksByAge(registry, repository);
  if (!marks.includes(installation)) {
    const detail = `the registry does not list the new mark of ${repository} yet`;
    throw new RegistryError('unavailable', detail);
  }
  return marks[0] === installation ? undefined : marks[0];
}

/** An artifact of the installation's own, so that deleting it deletes no other mark. */
async function putMark(
  { registry }: Pick<Services, 'registry'>,
  repository: RepositoryName,
  installation: Tag,
): Promise<void> {
  const marks = marksOf(repository);
  const empty = { mediaType: MediaType.ociEmpty, digest: digestOf(EMPTY), size: EMPTY.length };
  await registry.putBlob(marks, empty.digest, EMPTY);
  const manifest = {
    schemaVersion: 2,
    mediaType: MediaType.ociManifest,
    artifactType: MARK_TYPE,
    config: empty,
    layers: [empty],
    annotations: { 'io.patchwright.installation': installation },
  };
  await registry.putManifest(marks, installation, {
    bytes: new TextEncoder().encode(JSON.stringify(manifest)),
    mediaType: MediaType.ociManifest,
  });
}
