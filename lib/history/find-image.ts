import type { RepositoryName } from '../image/reference.ts';
import { RepositoryName as Repository, Tag } from '../image/reference.ts';
import type { InventoryTag } from '../pipeline/records/inventory-tag.ts';
import { LOWEST_KEY, partitionOf, repositoryOf } from '../pipeline/stores/tables/inventory-keys.ts';
import { copyIn, tagIn } from '../pipeline/stores/tables/inventory-rows.ts';
import type { TableQuery } from '../storage/table-queries.ts';
import { TABLES } from '../storage/tables.ts';
import { beginning } from './conditions.ts';
import { type Found, nearestNames } from './found.ts';
import { type History, pageOf } from './history.ts';
import { IS_TAG, TAG_ROWS } from './tag-rows.ts';

type Needed = Pick<History, 'queries' | 'tables'>;

const MOST_CANDIDATES = 20;
/** Names among which the nearest are looked for. */
const COMPARED_TAGS = 500;
const COMPARED_REPOSITORIES = 100;
const DIGEST_PREFIX = /^sha256:[0-9a-f]{4,64}$/;

/**
 * Finds an image by `REPOSITORY:TAG`, by a beginning of that which only one image has, by the tag of its
 * patch, or by `REPOSITORY@DIGEST`, where a beginning of the digest is enough. A digest without a
 * repository is looked for in the whole inventory. One operation for a full name; one to three for
 * others, and up to a hundred for the nearest names.
 */
export async function findImage(history: Needed, name: string): Promise<Found<InventoryTag>> {
  if (DIGEST_PREFIX.test(name)) return byDigest(history, {}, name);
  const { repository, tag, digest } = partsOf(name);
  const known = Repository.safeParse(repository);
  if (digest !== undefined) {
    if (!known.success || !DIGEST_PREFIX.test(digest)) return noImage(history, name);
    return byDigest(history, { partition: partitionOf(known.data) }, digest);
  }
  if (tag === undefined) return byRepository(history, repository);
  if (!known.success) return noImage(history, name);
  return byTag(history, known.data, tag);
}

/** One operation; one more if the tag names a patch. */
async function imageByName(
  { tables }: Pick<History, 'tables'>,
  repository: RepositoryName,
  tag: Tag,
): Promise<InventoryTag | undefined> {
  const partition = partitionOf(repository);
  const stored = await tables.get(TABLES.inventory, partition, tag);
  if (stored === undefined) return undefined;
  const own = tagIn(stored.entity);
  if (own !== undefined) return own;
  const base = copyIn(stored.entity)?.patchOf;
  if (base === undefined) return undefined;
  const source = await tables.get(TABLES.inventory, partition, base);
  return source === undefined ? undefined : tagIn(source.entity);
}

async function byTag(
  history: Needed,
  repository: RepositoryName,
  text: string,
): Promise<Found<InventoryTag>> {
  const tag = Tag.safeParse(text);
  const exact = tag.success ? await imageByName(history, repository, tag.data) : undefined;
  if (exact !== undefined) return { found: 'one', item: exact };
  const rows = tag.success || text === '' ? beginning(text) : undefined;
  if (rows === undefined) return noImage(history, `${repository}:${text}`);
  return only(history, { partition: partitionOf(repository), rows }, `${repository}:${text}`);
}

function byRepository(history: Needed, text: string): Promise<Found<InventoryTag>> {
  if (!/^[a-z0-9][a-z0-9._/-]{0,254}$/.test(text)) return noImage(history, text);
  return only(history, { partition: beginning(text.replaceAll('/', '|')) }, text);
}

async function only(
  history: Needed,
  query: Omit<TableQuery, 'limit' | 'where'>,
  name: string,
): Promise<Found<InventoryTag>> {
  const limit = MOST_CANDIDATES;
  const { items } = await pageOf(history, TAG_ROWS, { ...query, where: [[IS_TAG]], limit });
  const [first, ...more] = items;
  if (first === undefined) return noImage(history, name);
  if (more.length === 0) return { found: 'one', item: first };
  return { found: 'several', names: items.map(nameOf) };
}

async function byDigest(
  history: Needed,
  where: Pick<TableQuery, 'partition'>,
  digest: string,
): Promise<Found<InventoryTag>> {
  const rows = beginning(digest);
  const digests = { table: TABLES.inventory, parse: copyIn };
  const { items } = await pageOf(history, digests, { ...where, rows, limit: MOST_CANDIDATES });
  const [first, ...more] = items;
  if (first === undefined) return { found: 'none', nearest: [] };
  if (more.length > 0) {
    return { found: 'several', names: items.map((copy) => `${copy.repository}@${copy.digest}`) };
  }
  const tag = first.patchOf ?? first.tag;
  const item = tag === undefined ? undefined : await imageByName(history, first.repository, tag);
  return item === undefined ? { found: 'none', nearest: [] } : { found: 'one', item };
}

/** The nearest tags of the repository; if it has none, the nearest repositories. */
async function noImage(history: Needed, name: string): Promise<Found<InventoryTag>> {
  const repository = Repository.safeParse(partsOf(name).repository);
  const tags = repository.success ? await tagsIn(history, repository.data) : [];
  const names = tags.length > 0 ? tags : await repositoriesIn(history);
  return { found: 'none', nearest: nearestNames(name, names) };
}

async function tagsIn(history: Needed, repository: RepositoryName): Promise<readonly string[]> {
  const query = { partition: partitionOf(repository), where: [[IS_TAG]], limit: COMPARED_TAGS };
  return (await pageOf(history, TAG_ROWS, query)).items.map(nameOf);
}

async function repositoriesIn({ tables }: Needed): Promise<readonly string[]> {
  const names: string[] = [];
  let cursor: string | undefined = LOWEST_KEY;
  while (cursor !== undefined && names.length < COMPARED_REPOSITORIES) {
    cursor = await tables.nextPartition(TABLES.inventory, cursor);
    const name: string | undefined = cursor === undefined ? undefined : repositoryOf(cursor);
    if (name !== undefined) names.push(name);
  }
  return names;
}

function nameOf({ repository, tag }: InventoryTag): string {
  return `${repository}:${tag}`;
}

/** `name:tag`, `name@digest` or `name`. A host before the first slash is not part of it. */
function partsOf(text: string): {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
} {
  const at = text.indexOf('@');
  if (at >= 0) return { repository: text.slice(0, at), digest: text.slice(at + 1) };
  const colon = text.lastIndexOf(':');
  if (colon < 0 || text.slice(colon).includes('/')) return { repository: text };
  return { repository: text.slice(0, colon), tag: text.slice(colon + 1) };
}
