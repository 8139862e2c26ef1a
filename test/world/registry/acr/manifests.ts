import type { Digest } from '../../../../lib/image/digest.ts';
import type { RepositoryName } from '../../../../lib/image/reference.ts';
import { jsonReply, type RegistryRequest, type Reply } from '../http.ts';
import { knownDigest, knownRepository } from '../lookup.ts';
import type { RegistryContext } from '../operation.ts';
import { linkHeader, pageOf } from '../paging.ts';
import { changeAttributes } from './attributes.ts';
import { inOrder } from './order.ts';
import { filledList, manifestDetailShape, manifestShape } from './shapes.ts';

export function listManifestAttributes(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
): Reply {
  const repository = knownRepository(context.storage, name);
  const orderby = request.query.get('orderby') ?? '';
  const listed = [...repository.manifests.values()].filter((one) => one.attributes.listEnabled);
  const page = pageOf(inOrder(listed, orderby, nameOf), request.query, nameOf);
  const path = `/acr/v1/${encodeURIComponent(name)}/_manifests`;
  const manifests = page.items.map((record) => manifestShape(repository, record));
  return jsonReply(
    { registry: context.host, imageName: name, ...filledList('manifests', manifests) },
    { headers: linkHeader(path, page, { orderby }) },
  );
}

export function getManifestAttributes(
  context: RegistryContext,
  name: RepositoryName,
  digest: Digest,
): Reply {
  const repository = knownRepository(context.storage, name);
  const manifest = manifestDetailShape(repository, knownDigest(repository, digest));
  return jsonReply({ registry: context.host, imageName: name, manifest });
}

export async function updateManifestAttributes(
  context: RegistryContext,
  request: RegistryRequest,
  name: RepositoryName,
  digest: Digest,
): Promise<Reply> {
  const record = knownDigest(knownRepository(context.storage, name), digest);
  await changeAttributes(record, request, context.now());
  return getManifestAttributes(context, name, digest);
}

function nameOf(manifest: { readonly digest: string }): string {
  return manifest.digest;
}
