/** Part of the images that tests and the demo work on; never shipped. */
import { Annotation } from '../../lib/image/annotations.ts';
import { appendLayers, jsonBytes } from '../stand-ins/copa/patched-image.ts';
import { latestUpdates, type Update } from '../stand-ins/copa/updates.ts';
import { upgradePackages } from '../stand-ins/copa/upgrade.ts';
import { takeInventory } from '../stand-ins/packages/operating-system.ts';
import { pullImage } from '../stand-ins/registry/pulled-image.ts';
import { withManifest } from './build-image.ts';
import { type LayoutContent, layoutSource, makeLayout } from './oci-layout.ts';

export interface OlderPatchOptions {
  readonly source: LayoutContent;
  readonly registry: string;
  readonly repository: string;
  /** The tag of the source at that time. */
  readonly tag: string;
  /** The findings that the patch was made for. */
  readonly updates: readonly Update[];
  readonly fingerprint: string;
  readonly patchedAt: Date;
}

/** A patch that an earlier run published: the source, one layer, and our annotations. */
export async function olderPatch(options: OlderPatchOptions): Promise<LayoutContent> {
  const { source, registry, repository } = options;
  const { digest } = source.descriptor;
  const image = await pullImage(layoutSource(makeLayout([{ content: source, tags: [] }])), digest);
  const { database } = takeInventory(image.files);
  if (database === undefined) {
    throw new Error('an older patch needs a source with a package database');
  }
  const wanted = latestUpdates(database.kind, options.updates);
  const upgrade = upgradePackages(image.files, database, wanted, options.patchedAt);
  const { manifest, newBlobs } = await appendLayers({
    image,
    sourceReference: `${registry}/${repository}@${digest}`,
    patchedTag: 'staged',
    added: upgrade.layers,
    now: options.patchedAt,
  });
  const bytes = jsonBytes({
    ...manifest,
    annotations: {
      ...manifest.annotations,
      [Annotation.baseName]: `${registry}/${repository}:${options.tag}`,
      [Annotation.baseDigest]: digest,
      [Annotation.sourceRepository]: repository,
      [Annotation.sourceDigest]: digest,
      [Annotation.fingerprint]: options.fingerprint,
      [Annotation.run]: '20250610T020000Z-4c1e',
      [Annotation.tools]: 'stand-ins',
    },
  });
  const blobs = new Map([...source.blobs, ...newBlobs]);
  return withManifest(bytes, manifest.mediaType ?? source.descriptor.mediaType, blobs);
}
