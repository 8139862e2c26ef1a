import {
  basesOfPatchTag,
  type ExistingTag,
  type NextPatchTag,
  nextPatchTag,
} from '../../image/patch-tags.ts';
import type { Tag } from '../../image/reference.ts';
import { type ChosenConventions, listOf, type TagConvention } from '../../image/tag-convention.ts';
import type { RepositoryRule } from '../../policy/policy.ts';
import type { TagAttributes } from '../../registry/registry.ts';
import { existingTagReader } from '../inventory/existing-tags.ts';
import type { PatchClaim } from '../inventory/known-patches.ts';
import type { Run } from '../records/run.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { blankTarget, notFound } from './discovered-targets.ts';
import { hasFormerBase, namesTag } from './former-base.ts';
import { type Inspection, imageInspector } from './inspect-image.ts';
import { patchesOfSource } from './patches-of-source.ts';
import { recordUnlisted } from './unlisted-predecessors.ts';

type Source = Extract<Inspection, { readonly kind: 'source' }>;

/** Inspects one tag. Returns its target, or undefined if the tag is a patch of ours. */
export function lookAtTag(options: {
  readonly services: Services;
  readonly run: Run;
  readonly rule: RepositoryRule;
  readonly chosen: ChosenConventions;
  /** The policy refuses a patch in which files have setuid again. */
  readonly refusesSetuid: boolean;
  readonly tags: ReadonlyMap<Tag, TagAttributes>;
  readonly patches: ReadonlyMap<Tag, readonly TagAttributes[]>;
}): (tag: Tag) => Promise<Target | undefined> {
  const { services, run, rule, chosen, tags } = options;
  const conventions = listOf(chosen);
  const { readClaim, readPredecessor, readExisting } = existingTagReader(services, rule.repository);
  const inspect = imageInspector(services, rule.repository);

  return async (tag) => {
    const attributes = tags.get(tag);
    if (attributes === undefined) return notFound(services, run, rule, tag);
    const bases = basesOfPatchTag(tag, conventions);
    // Skips a patch of ours whose base exists, also under a former tag convention.
    const own = bases.length === 0 ? undefined : await readClaim(attributes);
    const base = bases.find((one) => tags.has(one));
    if (own?.proven === true && base !== undefined) return undefined;
    const candidates = options.patches.get(tag) ?? [];
    const existing: ExistingTag[] = [];
    const claims: PatchClaim[] = [];
    for (const candidate of candidates) {
      const read = await readExisting(candidate, tag);
      existing.push(read.existing);
      if (read.claim !== undefined) claims.push(read.claim);
    }
    await recordUnlisted(services, { run, rule, tag, candidates, existing });
    const next = nextOfEach({ base: tag, existing }, conventions);
    const inspected = await inspect(attributes.digest);
    const target = { ...blankTarget(services, run, rule, tag), digest: attributes.digest };
    if (inspected.kind === 'skip') return skipped(target, inspected);
    if (await hasFormerBase({ services, rule, tags }, attributes, inspected)) return undefined;
    const hasBase = base !== undefined || namesTag(services, rule.repository, tags, tag, inspected);
    const kind =
      own === undefined && base !== undefined ? await readPredecessor(attributes, base) : undefined;
    // A patch whose base was deleted becomes a target, and counts as its own patch. One of a former
    // template is known by its digest only.
    const known = own ?? (inspected.isPatch === true ? await readClaim(attributes) : undefined);
    const every = [...(known?.proven === true ? [known] : []), ...claims];
    return {
      ...target,
      ...imageFacts(inspected),
      tagConvention: chosen.convention,
      ...(chosen.alsoFloating !== undefined && { alsoFloating: chosen.alsoFloating }),
      ...(options.refusesSetuid && { refusesSetuid: true }),
      ...patchesOfSource(every, inspected.sourceDigest, { tag, chosen, tags }),
      ...(kind === 'predecessor' ? ofPredecessor(base) : whyNoPatch(next, inspected, hasBase)),
    };
  };
}

/** The next tag of the first convention, if each has one; else why one has none. */
function nextOfEach(
  about: { readonly base: Tag; readonly existing: readonly ExistingTag[] },
  conventions: readonly TagConvention[],
): NextPatchTag {
  const all = conventions.map((convention) => nextPatchTag({ ...about, convention }));
  const [first] = all;
  if (first === undefined) throw new Error('a repository has no tag convention');
  return all.find(({ ok }) => !ok) ?? first;
}

function skipped(
  target: Target,
  { reason, detail }: Extract<Inspection, { readonly kind: 'skip' }>,
): Target {
  const finishedAt = target.discoveredAt;
  const explained = { ...target, ...(detail !== undefined && { detail }) };
  return { ...explained, state: 'skipped', reason, finishedAt };
}

function imageFacts(inspected: Source) {
  return {
    sourceDigest: inspected.sourceDigest,
    ...(inspected.isPatch && { isPatch: true }),
    architecture: inspected.architecture,
    sourceBytes: inspected.bytes,
    ...(inspected.needsCopy && { needsCopy: true }),
  };
}

/** A patch by ACR Continuous Patching is scanned, and its base is patched instead of it. */
function ofPredecessor(base: Tag | undefined): Pick<Target, 'origin' | 'tagFault' | 'detail'> {
  const detail = `a patch of ${base} by ACR Continuous Patching`;
  return { origin: 'predecessor', tagFault: 'patched-elsewhere', detail };
}

/**
 * An image that is probably somebody's patch of another one is scanned and never patched: that other
 * image is the one to patch. An image whose base has no tag has nobody else to be patched for it.
 */
function whyNoPatch(
  next: NextPatchTag,
  { patchOf }: Source,
  hasBase: boolean,
): Pick<Target, 'tagFault' | 'detail'> {
  if (patchOf !== undefined && (hasBase || patchOf.by === 'copa')) {
    return { tagFault: 'patched-elsewhere', detail: `a patch of ${patchOf.image}` };
  }
  return next.ok ? {} : { tagFault: next.reason, detail: next.detail };
}
