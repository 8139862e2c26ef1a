/** Part of the images that tests work on; never shipped. */
import { appendLayers, jsonBytes } from '../stand-ins/copa/patched-image.ts';
import { pullImage } from '../stand-ins/registry/pulled-image.ts';
import { withManifest } from './build-image.ts';
import { type LayoutContent, layoutSource, makeLayout } from './oci-layout.ts';

/**
 * A patch as ACR Continuous Patching leaves it: the source, one more layer, Copa's label and its
 * annotation, and nothing of ours. The layer changes no package.
 */
export async function predecessorPatch(options: {
  readonly source: LayoutContent;
  /** What Copa's label names, such as `HOST/team/api:1`. */
  readonly label: string;
  /** The content of its only file, so that patches differ. */
  readonly note: string;
}): Promise<LayoutContent> {
  const { source, label, note } = options;
  const layout = makeLayout([{ content: source, tags: [] }]);
  const image = await pullImage(layoutSource(layout), source.descriptor.digest);
  const { manifest, newBlobs } = await appendLayers({
    image,
    sourceReference: label,
    patchedTag: 'patched',
    added: [
      {
        command: 'apt-get install',
        entries: [{ type: 'file', path: 'var/lib/note', mode: 0o644, content: Buffer.from(note) }],
      },
    ],
    now: new Date('2026-01-01T00:00:00Z'),
  });
  const blobs = new Map([...source.blobs, ...newBlobs]);
  const mediaType = manifest.mediaType ?? source.descriptor.mediaType;
  return withManifest(jsonBytes(manifest), mediaType, blobs);
}
