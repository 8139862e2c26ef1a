import { discardBody, readBody } from '../http/read-body.ts';
import { Digest, digestOf } from '../image/digest.ts';
import { ACCEPTED_MANIFESTS } from '../image/manifest-types.ts';
import type { RepositoryName, Tag } from '../image/reference.ts';
import { askAcr } from './acr-client.ts';
import { RegistryError, type StoredManifest } from './registry.ts';
import { registryFailure } from './registry-errors.ts';
import type { RegistryHttp } from './registry-http.ts';
import { requireDigest } from './require-digest.ts';

/**
 * ACR's limit, and the least that a registry must accept (OCI distribution 1.1, "Pushing manifests").
 */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

export async function readManifest(
  registry: RegistryHttp,
  repository: RepositoryName,
  reference: Tag | Digest,
): Promise<StoredManifest | undefined> {
  const operation = `get manifest ${reference} of ${repository}`;
  const response = await registry.send({
    operation,
    method: 'GET',
    path: `/v2/${repository}/manifests/${reference}`,
    headers: { accept: ACCEPTED_MANIFESTS },
    scopes: [{ repository, actions: ['pull'] }],
    expect: [200, 404],
  });
  if (response.status === 404) {
    discardBody(response);
    return undefined;
  }
  const bytes = await readBody(response, MAX_MANIFEST_BYTES).catch((error: unknown) => {
    throw registryFailure(operation, error);
  });
  const digest = digestOf(bytes);
  const announced = isDigest(reference)
    ? reference
    : (response.headers.get('docker-content-digest') ?? digest);
  requireDigest(operation, { expected: announced, actual: digest });
  const mediaType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
  return { bytes, mediaType, digest };
}

export async function writeManifest(
  registry: RegistryHttp,
  repository: RepositoryName,
  reference: Tag | Digest,
  manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
): Promise<Digest> {
  const operation = `put manifest ${reference} into ${repository}`;
  const digest = digestOf(manifest.bytes);
  if (manifest.bytes.byteLength > MAX_MANIFEST_BYTES) {
    throw new RegistryError('too-large', `${operation}: larger than ${MAX_MANIFEST_BYTES} bytes`);
  }
  if (isDigest(reference)) requireDigest(operation, { expected: reference, actual: digest });
  const response = await registry.send({
    operation,
    method: 'PUT',
    path: `/v2/${repository}/manifests/${reference}`,
    headers: { 'content-type': manifest.mediaType },
    body: manifest.bytes,
    scopes: [{ repository, actions: ['pull', 'push'] }],
    expect: [200, 201],
    // The tag may move between two attempts, and a retry would overwrite the newer image.
    once: !isDigest(reference),
  });
  discardBody(response);
  const stored = response.headers.get('docker-content-digest') ?? digest;
  requireDigest(operation, { expected: stored, actual: digest });
  return digest;
}

/** Ends well if the manifest is absent. */
export async function removeManifest(
  registry: RegistryHttp,
  repository: RepositoryName,
  digest: Digest,
): Promise<void> {
  const operation = `delete manifest ${digest} of ${repository}`;
  const scopes = [{ repository, actions: ['delete'] as const }];
  await askAcr(registry, { operation, scopes, success: 202 }, (client) =>
    client.getArtifact(repository, digest).delete(),
  );
}

export function isDigest(reference: Tag | Digest): reference is Digest {
  return Digest.safeParse(reference).success;
}
