import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Digest } from '../../../lib/image/digest.ts';
import {
  RepositoryName as Repository,
  type RepositoryName,
  Tag,
} from '../../../lib/image/reference.ts';
import type { LocalRegistry } from './start-registry.ts';
import { parseManifest } from './storage/manifest-document.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';

const Layout = z.looseObject({ imageLayoutVersion: z.literal('1.0.0') });
const Index = z.looseObject({
  manifests: z
    .array(
      z.looseObject({
        mediaType: z.string(),
        digest: Digest,
        annotations: z.record(z.string(), z.string()).optional(),
      }),
    )
    .min(1),
});

interface Pushing {
  readonly registry: LocalRegistry;
  readonly folder: string;
  readonly repository: RepositoryName;
}

/**
 * Puts the image of an OCI image layout folder into the registry, without the network.
 * A layout with several images needs `reference`, the `org.opencontainers.image.ref.name` to take.
 * @returns the manifest's digest.
 */
export async function pushLayout(
  registry: LocalRegistry,
  folder: string,
  options: {
    readonly repository: string;
    readonly tags: readonly string[];
    readonly reference?: string;
  },
): Promise<Digest> {
  Layout.parse(await readJson(join(folder, 'oci-layout')));
  const index = Index.parse(await readJson(join(folder, 'index.json')));
  const chosen = index.manifests.filter(
    (one) => options.reference === undefined || one.annotations?.[REF_NAME] === options.reference,
  );
  const [root, another] = chosen;
  if (root === undefined || another !== undefined) {
    throw new Error(`${folder} holds ${chosen.length} images that fit; one is needed`);
  }
  const pushing = { registry, folder, repository: Repository.parse(options.repository) };
  await pushManifest(pushing, root.digest, root.mediaType);
  for (const tag of options.tags) {
    await putManifest(pushing, root.digest, root.mediaType, Tag.parse(tag));
  }
  return root.digest;
}

/** Puts the children of a manifest before it, as in any push. */
async function pushManifest(pushing: Pushing, digest: Digest, mediaType: string): Promise<void> {
  const { registry, folder, repository } = pushing;
  const document = parseManifest(await readFile(blobPath(folder, digest)), mediaType);
  for (const blob of document.blobs) {
    if (registry.storage.blobSize(repository, blob.digest) === undefined) {
      const source = createReadStream(blobPath(folder, blob.digest));
      await registry.storage.addBlob(repository, source, blob.digest);
    }
  }
  for (const child of document.manifests) {
    await pushManifest(pushing, child.digest, child.mediaType);
  }
  await putManifest(pushing, digest, mediaType);
}

async function putManifest(
  { registry, folder, repository }: Pushing,
  digest: Digest,
  mediaType: string,
  tag?: Tag,
): Promise<void> {
  const bytes = await readFile(blobPath(folder, digest));
  await registry.storage.putManifest(repository, { bytes, mediaType, digest }, tag);
}

function blobPath(folder: string, digest: Digest): string {
  return join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length));
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}
