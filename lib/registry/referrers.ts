import { discardBody, readBody } from '../http/read-body.ts';
import type { Digest } from '../image/digest.ts';
import { type Descriptor, ImageIndex } from '../image/manifest.ts';
import { type RepositoryName, Tag } from '../image/reference.ts';
import { readJson } from '../json/read-json.ts';
import { MAX_MANIFEST_BYTES, readManifest } from './manifests.ts';
import { nextLink } from './next-link.ts';
import { RegistryError } from './registry.ts';
import { registryFailure } from './registry-errors.ts';
import type { RegistryHttp } from './registry-http.ts';

/** Ends the loop if a faulty registry links its pages in a circle. */
const MAX_PAGES = 50;

/**
 * Lists the manifests whose subject is this digest. A registry without the referrers API (404) keeps
 * them in an index under a tag made from the digest: OCI distribution 1.1, "Unavailable Referrers API".
 */
export async function listReferrers(
  registry: RegistryHttp,
  repository: RepositoryName,
  digest: Digest,
  { enough = Number.POSITIVE_INFINITY }: { readonly enough?: number } = {},
): Promise<readonly Descriptor[]> {
  const operation = `list the referrers of ${repository}@${digest}`;
  const found: Descriptor[] = [];
  let path: string | undefined = `/v2/${repository}/referrers/${digest}`;
  for (let page = 0; path !== undefined && found.length < enough; page += 1) {
    if (page === MAX_PAGES) throw new RegistryError('too-large', `${operation}: too many pages`);
    const response = await registry.send({
      operation,
      method: 'GET',
      path,
      scopes: [{ repository, actions: ['pull'] }],
      expect: [200, 404],
    });
    if (response.status === 404) {
      discardBody(response);
      return fromReferrersTag(registry, repository, digest);
    }
    const bytes = await readBody(response, MAX_MANIFEST_BYTES).catch((error: unknown) => {
      throw registryFailure(operation, error);
    });
    found.push(...parseIndex(operation, bytes));
    path = nextLink(response.headers);
  }
  return found;
}

async function fromReferrersTag(
  registry: RegistryHttp,
  repository: RepositoryName,
  digest: Digest,
): Promise<readonly Descriptor[]> {
  const tag = Tag.parse(digest.replace(':', '-'));
  const index = await readManifest(registry, repository, tag);
  return index === undefined ? [] : parseIndex(`read ${repository}:${tag}`, index.bytes);
}

function parseIndex(operation: string, bytes: Uint8Array): readonly Descriptor[] {
  const index = readJson(ImageIndex, bytes);
  if (index.ok) return index.value.manifests;
  throw new RegistryError('unexpected', `${operation}: the index ${index.fault}`);
}
