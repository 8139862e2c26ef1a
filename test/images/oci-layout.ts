/** Part of the images that tests and the demo work on; never shipped. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Digest, digestOf } from '../../lib/image/digest.ts';
import { type Descriptor, ImageIndex, ImageManifest, MediaType } from '../../lib/image/manifest.ts';
import {
  ImageNotFound,
  type ImageSource,
  type ImageTarget,
} from '../stand-ins/registry/image-store.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';

/** One top-level manifest of a layout, with a tag or only its digest. */
export interface LayoutEntry {
  readonly descriptor: Descriptor;
  readonly tag: string | undefined;
}

/** An OCI image layout in memory, with the content of one repository. */
export interface OciLayout {
  readonly entries: readonly LayoutEntry[];
  /** Every blob, the manifests too, by digest. */
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
}

/** Something with a manifest: an image, an index or an artifact. */
export interface LayoutContent {
  readonly descriptor: Descriptor;
  readonly blobs: ReadonlyMap<Digest, Uint8Array>;
}

/** Puts contents under tags. A content without a tag is found by its digest. */
export function makeLayout(
  contents: readonly { readonly content: LayoutContent; readonly tags: readonly string[] }[],
): OciLayout {
  const blobs = new Map(contents.flatMap(({ content }) => [...content.blobs]));
  const entries = contents.flatMap(({ content: { descriptor }, tags }): LayoutEntry[] =>
    tags.length === 0 ? [{ descriptor, tag: undefined }] : tags.map((tag) => ({ descriptor, tag })),
  );
  return { entries, blobs };
}

/** Writes `oci-layout`, `index.json` and `blobs/sha256/…`. Format: OCI image specification 1.1. */
export async function writeLayout(layout: OciLayout, folder: string): Promise<void> {
  const blobs = join(folder, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  for (const [digest, bytes] of layout.blobs) {
    await writeFile(join(blobs, digest.slice('sha256:'.length)), bytes);
  }
  const manifests = layout.entries.map(({ descriptor, tag }) =>
    tag === undefined
      ? descriptor
      : { ...descriptor, annotations: { ...descriptor.annotations, [REF_NAME]: tag } },
  );
  const index = { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests };
  await writeFile(join(folder, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}\n');
}

/** Reads a layout folder whole, checking each blob against its digest. */
export async function readLayout(folder: string): Promise<OciLayout> {
  const index = ImageIndex.parse(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')));
  const blobs = new Map<Digest, Uint8Array>();
  async function load(digest: Digest): Promise<Uint8Array> {
    const bytes = await readFile(join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length)));
    if (digestOf(bytes) !== digest) {
      throw new Error(`the blob ${digest} in ${folder} does not match its name`);
    }
    blobs.set(digest, bytes);
    return bytes;
  }
  async function loadManifest(digest: Digest): Promise<void> {
    const { nested, children } = manifestParts(await load(digest));
    for (const child of children) {
      await (nested ? loadManifest(child) : load(child));
    }
  }
  for (const { digest } of index.manifests) {
    await loadManifest(digest);
  }
  const entries = index.manifests.map(({ annotations, ...descriptor }) => {
    const { [REF_NAME]: tag, ...rest } = annotations ?? {};
    const others = Object.keys(rest).length > 0 ? { annotations: rest } : {};
    return { descriptor: { ...descriptor, ...others }, tag };
  });
  return { entries, blobs };
}

/** The children of a manifest: blobs, or other manifests for an index (`nested`). */
function manifestParts(bytes: Uint8Array): {
  readonly nested: boolean;
  readonly children: readonly Digest[];
} {
  const json: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  const index = ImageIndex.safeParse(json);
  if (index.success) {
    return { nested: true, children: index.data.manifests.map(({ digest }) => digest) };
  }
  const { config, layers } = ImageManifest.parse(json);
  return { nested: false, children: [config.digest, ...layers.map(({ digest }) => digest)] };
}

/** A layout as a repository to pull from. */
export function layoutSource(layout: OciLayout): ImageSource {
  function blobOf(digest: Digest): Uint8Array {
    const bytes = layout.blobs.get(digest);
    if (bytes === undefined) {
      throw new ImageNotFound(`no blob ${digest} in the layout`);
    }
    return bytes;
  }
  return {
    async manifest(reference) {
      const tagged = layout.entries.find(({ tag }) => tag === reference)?.descriptor.digest;
      const digest = tagged ?? Digest.safeParse(reference).data;
      if (digest === undefined) {
        throw new ImageNotFound(`no tag ${reference} in the layout`);
      }
      const bytes = blobOf(digest);
      return { bytes, digest, mediaType: mediaTypeOf(bytes) };
    },
    async blob(digest) {
      return blobOf(digest);
    },
  };
}

/** Pushes a layout: blobs, then manifests from the inside out, then the tags. */
export async function pushLayout(layout: OciLayout, target: ImageTarget): Promise<void> {
  const source = layoutSource(layout);
  async function pushManifest(digest: Digest, reference: string): Promise<void> {
    const document = await source.manifest(digest);
    const { nested, children } = manifestParts(document.bytes);
    for (const child of children) {
      if (nested) {
        await pushManifest(child, child);
      } else {
        await target.putBlob(child, () => source.blob(child));
      }
    }
    await target.putManifest(reference, document);
  }
  for (const { descriptor, tag } of layout.entries) {
    await pushManifest(descriptor.digest, tag ?? descriptor.digest);
  }
}

function mediaTypeOf(bytes: Uint8Array): string {
  const json: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  const known = ImageIndex.safeParse(json).data ?? ImageManifest.safeParse(json).data;
  return known?.mediaType ?? MediaType.ociManifest;
}
