import { basesOfPatchTag } from '../../image/patch-tags.ts';
import { Tag } from '../../image/reference.ts';
import { chosenOf, listOf, type TagConvention } from '../../image/tag-convention.ts';
import { inParallel } from '../../in-parallel.ts';
import { ordinal } from '../../ordinal.ts';
import { type Policy, type RepositoryRule, refusesSetuid } from '../../policy/policy.ts';
import type { TagAttributes } from '../../registry/registry.ts';
import type { Run } from '../records/run.ts';
import { withWarnings } from '../records/run-warnings.ts';
import type { Services } from '../services.ts';
import { notFound, storeTargets } from './discovered-targets.ts';
import { lookAtTag } from './look-at-tag.ts';
import { manyTagsWarning } from './many-tags.ts';
import { requestedTags } from './requested-images.ts';
import { retireAbsent } from './retire-absent.ts';
import {
  dropListing,
  keepListing,
  newListing,
  type TagListing,
  tagListing,
} from './tag-listing.ts';
import { unreadableTag } from './unreadable-tag.ts';

/**
 * Approximate number of manifests and configs read per step. A candidate for a patch that the
 * inventory does not hold costs its own two and that of the source that it names. ACR's Basic and
 * Standard tiers allow one identity 5,000 reads a minute.
 */
const READS_A_STEP = 1_000;
const READS_A_TAG = 3;
const READS_A_CANDIDATE = 3;
const AT_ONCE = 8;
/** Failed steps in a row after which discovery continues without what it can't read. */
export const MAX_DISCOVERY_ERRORS = 5;

/** Discovers the next tags of a repository, from the cursor on. Returns the new cursor. */
export async function discoverTags(
  services: Services,
  run: Run,
  policy: Policy,
  rule: RepositoryRule,
): Promise<Partial<Run>> {
  const requested = requestedTags(run, rule.repository);
  if (requested?.size === 0) return nextRepository(run);
  const listing = await tagListing(services, run, rule);
  if (listing === undefined) {
    await storeTargets(
      services,
      wantedTags(run, rule).map((tag) => notFound(services, run, rule, tag)),
    );
    await retireAbsent(services, run, rule.repository);
    return nextRepository(run);
  }
  const { tags } = listing;
  const names = namesIn(tags, wantedTags(run, rule));
  const chosen = chosenOf(rule['tag-convention'] ?? policy['tag-convention']);
  const conventions = listOf(chosen);
  const patches = patchesByBase(tags, conventions);
  const rest = names.filter((name) => name > run.cursorTag).sort(ordinal);
  if (rest.length === 0) return finishRepository(services, run, rule, listing);
  const batch = firstOf(
    rest,
    (name) => READS_A_TAG + READS_A_CANDIDATE * (patches.get(name)?.length ?? 0),
  );
  const look = lookAtTag({
    ...{ services, run, rule, chosen, tags, patches },
    refusesSetuid: refusesSetuid(policy, rule),
  });
  const lastTry = run.errors >= MAX_DISCOVERY_ERRORS;
  const targets = await inParallel(batch, AT_ONCE, (tag) => {
    const digest = tags.get(tag)?.digest;
    const found = { services, run, rule, tag, digest, lastTry };
    return look(tag).catch((error) => unreadableTag(found, error));
  });
  await storeTargets(
    services,
    targets.filter((target) => target !== undefined),
  );
  const last = batch.at(-1);
  if (last === undefined) throw new Error('a step of discovery has no tag to look at');
  if (run.cursorTag === '' && batch.length < rest.length) {
    await keepListing(services, run, listing);
  }
  const isFirst = run.cursorTag === '';
  return {
    cursorTag: last,
    ...(isFirst && withWarnings(run, [manyTagsWarning(rule.repository, names, tags, conventions)])),
  };
}

/** Marks what is gone by a listing of this step: a tag may be deleted while the run looks at others. */
async function finishRepository(
  services: Services,
  run: Run,
  rule: RepositoryRule,
  known: TagListing,
): Promise<Partial<Run>> {
  const listing = known.isKept ? await newListing(services, rule) : known;
  const { repository } = rule;
  if (listing === undefined) await retireAbsent(services, run, repository);
  else {
    const names = namesIn(listing.tags, wantedTags(run, rule));
    await retireAbsent(services, run, repository, { ...listing, names });
  }
  if (known.isKept) await dropListing(services, run);
  return nextRepository(run);
}

function namesIn(
  tags: ReadonlyMap<Tag, TagAttributes>,
  wanted: readonly (Tag | '*')[],
): readonly Tag[] {
  return wanted.flatMap((tag) => (tag === '*' ? [...tags.keys()] : [tag]));
}

/** Tags that have the form of a patch tag under any convention, by their base. */
function patchesByBase(
  tags: ReadonlyMap<Tag, TagAttributes>,
  conventions: readonly TagConvention[],
): ReadonlyMap<Tag, readonly TagAttributes[]> {
  const patches = new Map<Tag, TagAttributes[]>();
  for (const attributes of tags.values()) {
    for (const base of basesOfPatchTag(attributes.tag, conventions)) {
      const known = patches.get(base);
      if (known === undefined) patches.set(base, [attributes]);
      else known.push(attributes);
    }
  }
  return patches;
}

/** The first names, up to the cost of one step, and at least one. */
function firstOf(names: readonly Tag[], cost: (name: Tag) => number): readonly Tag[] {
  let left = READS_A_STEP;
  const end = names.findIndex((name) => {
    const enough = left <= 0;
    left -= cost(name);
    return enough;
  });
  return end === -1 ? names : names.slice(0, end);
}

export function nextRepository(run: Run): Partial<Run> {
  return { cursorRepository: run.cursorRepository + 1, cursorTag: '' };
}

/** The tags that the policy names and the run was asked for; `*` for all of the repository. */
export function wantedTags(run: Run, rule: RepositoryRule): readonly (Tag | '*')[] {
  const requested = requestedTags(run, rule.repository);
  if (rule.tags[0] === '*') {
    return requested === undefined ? ['*'] : [...requested].map((tag) => Tag.parse(tag));
  }
  const named = rule.tags.map((tag) => Tag.parse(tag));
  return requested === undefined ? named : named.filter((tag) => requested.has(tag));
}
