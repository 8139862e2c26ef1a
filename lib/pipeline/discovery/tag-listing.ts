import * as z from 'zod';
import { Digest } from '../../image/digest.ts';
import { Tag } from '../../image/reference.ts';
import { readJson } from '../../json/read-json.ts';
import type { RepositoryRule } from '../../policy/policy.ts';
import { allTags } from '../../registry/all-tags.ts';
import type { TagAttributes } from '../../registry/registry.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import type { Run } from '../records/run.ts';
import type { Services } from '../services.ts';

type Needed = Pick<Services, 'blobs' | 'clock' | 'registry'>;

/** A repository's tags, as the first step of discovery lists them for the others. */
export interface TagListing {
  readonly listedAt: Date;
  readonly tags: ReadonlyMap<Tag, TagAttributes>;
  /** True if an earlier step kept it. */
  readonly isKept: boolean;
}

const MAX_TAGS = 100_000;
/** A hundred thousand tags of 128 characters have 23 MB. */
const LIMITS = { maxBytes: 32 * 1024 * 1024, maxDepth: 4, maxContainers: 2 * MAX_TAGS };

const KeptListing = z.object({
  listedAt: z.coerce.date(),
  tags: z.array(z.tuple([Tag, Digest]).rest(z.literal('locked'))).max(MAX_TAGS),
});

/**
 * The listing that an earlier step kept, else a new one. Undefined if the repository does not exist.
 * Without it, each step would list all tags again.
 */
export async function tagListing(
  services: Needed,
  run: Run,
  rule: RepositoryRule,
): Promise<TagListing | undefined> {
  return (
    (run.cursorTag === '' ? undefined : await keptListing(services, run)) ??
    newListing(services, rule)
  );
}

export async function newListing(
  { clock, registry }: Needed,
  { repository }: RepositoryRule,
): Promise<TagListing | undefined> {
  const listedAt = clock.now();
  const tags = await allTags(registry, repository);
  return tags === undefined ? undefined : { listedAt, tags, isKept: false };
}

async function keptListing({ blobs }: Needed, run: Run): Promise<TagListing | undefined> {
  const blob = await blobs.read(CONTAINERS.reports, nameOf(run), LIMITS.maxBytes);
  const kept = blob.found ? readJson(KeptListing, blob.bytes, LIMITS) : undefined;
  if (!kept?.ok) return undefined;
  const { listedAt, tags } = kept.value;
  const found = new Map(
    tags.map(([tag, digest, locked]) => [
      tag,
      { tag, digest, ...(locked !== undefined && { locked: true as const }) },
    ]),
  );
  return { listedAt, tags: found, isKept: true };
}

/** Keeps the listing for the next steps. After a crash, the first one that was kept counts. */
export async function keepListing(
  { blobs }: Needed,
  run: Run,
  { listedAt, tags }: TagListing,
): Promise<void> {
  const content = { listedAt, tags: [...tags.values()].map(rowOf) };
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  await blobs.create(CONTAINERS.reports, nameOf(run), bytes, 'application/json');
}

function rowOf({ tag, digest, locked }: TagAttributes): readonly string[] {
  return locked === true ? [tag, digest, 'locked'] : [tag, digest];
}

export async function dropListing({ blobs }: Needed, run: Run): Promise<void> {
  await blobs.delete(CONTAINERS.reports, nameOf(run));
}

function nameOf({ id, cursorRepository }: Run): string {
  return `${id}/tags-${cursorRepository}.json`;
}
