import { digestOf } from '../../../../lib/image/digest.ts';
import { MediaType } from '../../../../lib/image/manifest.ts';
import type { RepositoryName } from '../../../../lib/image/reference.ts';
import { RegistryFault } from '../errors.ts';
import { type RegistryRequest, type Reply, readBody } from '../http.ts';
import {
  ensureDeletable,
  ensureManifestDeletable,
  ensureReadable,
  ensureWritable,
  knownDigest,
  knownManifest,
  knownRepository,
  knownTag,
} from '../lookup.ts';
import type { ManifestReference } from '../names.ts';
import type { RegistryContext } from '../operation.ts';
import { declaredMediaType } from '../storage/manifest-document.ts';
import { revalidate } from './cache-rules.ts';

/** ACR's limit on a manifest. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

const OCI_TYPES: readonly string[] = [MediaType.ociManifest, MediaType.ociIndex];

export async function getManifest(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
  reference: ManifestReference,
): Promise<Reply> {
  if (request.method === 'GET' && reference.kind === 'tag') {
    await revalidate(context, name, reference.tag);
  }
  const record = knownManifest(context.storage, name, reference);
  const repository = context.storage.find(name);
  const tag = reference.kind === 'tag' ? repository?.tags.get(reference.tag) : undefined;
  ensureReadable(repository, record, tag);
  if (OCI_TYPES.includes(record.mediaType) && !accepts(request, record.mediaType)) {
    throw new RegistryFault(
      'MANIFEST_UNKNOWN',
      'OCI manifest found, but accept header does not support OCI manifests',
    );
  }
  return {
    status: 200,
    headers: { 'Content-Type': record.mediaType, 'Docker-Content-Digest': record.digest },
    body: record.bytes,
  };
}

export async function putManifest(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
  reference: ManifestReference,
): Promise<Reply> {
  const { storage } = context;
  const bytes = await readBody(request, MAX_MANIFEST_BYTES);
  const digest = digestOf(bytes);
  if (reference.kind === 'digest' && reference.digest !== digest) {
    throw new RegistryFault('DIGEST_INVALID', 'provided digest did not match uploaded content');
  }
  const mediaType = contentType(request) ?? declaredMediaType(bytes) ?? MediaType.ociManifest;
  const repository = storage.find(name);
  const tag = reference.kind === 'tag' ? reference.tag : undefined;
  ensureWritable(
    repository,
    repository?.manifests.get(digest),
    tag === undefined ? undefined : repository?.tags.get(tag),
  );
  const record = await storage.putManifest(name, { bytes, mediaType, digest }, tag);
  const subject = record.document.subject?.digest;
  return {
    status: 201,
    headers: {
      Location: `/v2/${name}/manifests/${digest}`,
      'Docker-Content-Digest': digest,
      ...(subject === undefined ? {} : { 'OCI-Subject': subject }),
    },
  };
}

/** Deletes the manifest and its tags by digest, or only the tag by tag. */
export function deleteManifest(
  context: RegistryContext,
  name: RepositoryName,
  reference: ManifestReference,
): Reply {
  const repository = knownRepository(context.storage, name);
  if (reference.kind === 'tag') {
    ensureDeletable(repository, knownTag(repository, reference.tag));
    repository.tags.delete(reference.tag);
  } else {
    const record = knownDigest(repository, reference.digest);
    ensureManifestDeletable(repository, record);
    context.storage.deleteManifest(repository, record.digest);
  }
  return { status: 202 };
}

function contentType(request: RegistryRequest): string | undefined {
  const type = request.headers['content-type']?.split(';')[0]?.trim();
  return type === undefined || type === '' || type === 'application/json' ? undefined : type;
}

function accepts(request: RegistryRequest, mediaType: string): boolean {
  const accepted = (request.headers.accept ?? '*/*').split(',').map((type) => {
    return type.split(';')[0]?.trim();
  });
  return accepted.includes('*/*') || accepted.includes(mediaType);
}
