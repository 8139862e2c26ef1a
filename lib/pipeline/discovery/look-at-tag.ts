import type { Digest } from '../../image/digest.ts';
import {
  baseOfPatchTag,
  basesOfPatchTag,
  type ExistingTag,
  formatPatchTag,
  type NextPatchTag,
  nextPatchTag,
} from '../../image/patch-tags.ts';
import { formatPinned, type RepositoryName, Tag } from '../../image/reference.ts';
import { type ChosenConventions, listOf, type TagConvention } from '../../image/tag-convention.ts';
import type { RepositoryRule } from '../../policy/policy.ts';
import {
  RegistryError,
  type RegistryErrorCode,
  type TagAttributes,
} from '../../registry/registry.ts';
import { plainText } from '../../text/plain-text.ts';
import { claimReader, kindOf, type PatchClaim } from '../inventory/known-patches.ts';
import { type PredecessorReader, predecessorReader } from '../inventory/predecessor-patches.ts';
import type { Run } from '../records/run.ts';
import type { KnownPatch, Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { blankTarget, notFound } from './discovered-targets.ts';
import { type Inspection, imageInspector } from './inspect-image.ts';
import { recordUnlisted } from './unlisted-predecessors.ts';

type Source = Extract<Inspection, { readonly kind: 'source' }>;

const MAX_KNOWN_PATCHES = 20;
/** Only claims for the present findings are verified, and the newest such claim is enough. */
const MAX_CLAIMS = 5;
const BY_NUMBER = new Intl.Collator('en', { numeric: true });
/** Failures of the requested content, not of the registry. */
const SPOILED: ReadonlySet<RegistryErrorCode> = new Set([
  'too-large',
  'invalid',
  'digest-mismatch',
]);
/** Answers of the registry that a repetition does not change, such as 403 and 405 for one manifest. */
const REFUSED: ReadonlySet<RegistryErrorCode> = new Set(['denied', 'locked', 'unexpected']);

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
  const readClaim = claimReader(services, rule.repository);
  const readPredecessor = predecessorReader(services, rule.repository);
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
    const { existing, claims } = await readClaims({ readClaim, readPredecessor, tag, candidates });
    await recordUnlisted(services, { run, rule, tag, candidates, existing });
    const next = nextOfEach({ base: tag, existing }, conventions);
    const inspected = await inspect(attributes.digest);
    const target = { ...blankTarget(services, run, rule, tag), digest: attributes.digest };
    if (inspected.kind === 'skip') return skipped(target, inspected);
    if (await hasFormerBase({ services, rule, tags }, attributes, inspected)) return undefined;
    const hasBase = base !== undefined || namesTag(services, rule.repository, tags, tag, inspected);
    const kind =
      own === undefined && base !== undefined ? await readPredecessor(attributes, base) : undefined;
    // A patch whose base was deleted becomes a target, and counts as its own patch.
    const ofSource = [...(own?.proven === true ? [own] : []), ...claims]
      .filter(({ patch }) => patch.sourceDigest === inspected.sourceDigest)
      .sort((a, b) => BY_NUMBER.compare(a.patch.tag, b.patch.tag));
    const ours = ofSource.filter(({ proven }) => proven).map(({ patch }) => patch);
    const patches = currentPatches(ours, { tag, chosen, tags });
    const unproven = ofSource.filter(({ proven }) => !proven);
    return {
      ...target,
      ...imageFacts(inspected),
      tagConvention: chosen.convention,
      ...(chosen.alsoFloating !== undefined && { alsoFloating: chosen.alsoFloating }),
      ...(options.refusesSetuid && { refusesSetuid: true }),
      patches: patches.slice(-MAX_KNOWN_PATCHES),
      ...laggingPatch(ours, patches, (patch) => isUnderTag(patch, tag, chosen)),
      ...(unproven.length > 0 && { claims: unproven.slice(-MAX_CLAIMS).map(({ patch }) => patch) }),
      ...(kind === 'predecessor' ? ofPredecessor(base) : whyNoPatch(next, inspected, hasBase)),
    };
  };
}

/**
 * The newest patch of ours if it still lacks a tag, such as the floating one. The run may end without
 * one of its own, and that patch stays the newest.
 */
function laggingPatch(
  ours: readonly KnownPatch[],
  current: readonly KnownPatch[],
  isNumbered: (patch: KnownPatch) => boolean,
): Pick<Target, 'earlierTag' | 'earlierDigest'> {
  const numbered = ours.findLast(isNumbered);
  const newest = numbered ?? (current.length === 0 ? ours.at(-1) : undefined);
  if (newest === undefined || newest === current.at(-1)) return {};
  return { earlierTag: newest.tag, earlierDigest: newest.digest };
}

function isUnderTag(patch: KnownPatch, tag: Tag, { convention }: ChosenConventions): boolean {
  return baseOfPatchTag(patch.tag, convention) === tag;
}

/**
 * The patches that have all of their tags. A patch under a former convention still needs a tag of the
 * present one. The floating tag never moves back: patches older than the one that it names do not need
 * it.
 */
function currentPatches(
  ours: readonly KnownPatch[],
  about: Pick<Parameters<typeof lookAtTag>[0], 'chosen' | 'tags'> & { readonly tag: Tag },
): readonly KnownPatch[] {
  const { tag, chosen, tags } = about;
  const { alsoFloating } = chosen;
  const numbered = ours.filter((patch) => isUnderTag(patch, tag, chosen));
  const own = ours.filter((patch) => patch.tag === tag);
  if (alsoFloating === undefined) return [...own, ...numbered];
  const floating = Tag.safeParse(formatPatchTag(tag, alsoFloating, 0)).data;
  const digest = floating === undefined ? undefined : tags.get(floating)?.digest;
  const named = numbered.findLastIndex((patch) => patch.digest === digest);
  return [...own, ...numbered.slice(0, named + 1)];
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

/** True for a patch of ours whose form is of a template that the policy has no longer. */
async function hasFormerBase(
  { services, rule, tags }: Pick<Parameters<typeof lookAtTag>[0], 'services' | 'rule' | 'tags'>,
  attributes: TagAttributes,
  { isPatch }: Source,
): Promise<boolean> {
  if (isPatch !== true) return false;
  const { repository } = rule;
  const base = await services.inventory.findPatchBase({ repository, ...attributes });
  return base !== undefined && tags.has(base);
}

/**
 * True for an image that claims to be a patch of the image behind a tag with which its own begins, as
 * one of a former template after the tables were lost.
 */
function namesTag(
  { registry }: Pick<Services, 'registry'>,
  repository: RepositoryName,
  tags: ReadonlyMap<Tag, TagAttributes>,
  tag: Tag,
  { patchOf }: Source,
): boolean {
  if (patchOf?.by !== 'annotations') return false;
  const ends = [...tag.matchAll(/[-._]/g)].map(({ index }) => index);
  return ends.some((end) => {
    const base = tags.get(Tag.parse(tag.slice(0, Math.max(end, 1))));
    if (base === undefined) return false;
    return formatPinned(registry.host, { repository, digest: base.digest }) === patchOf.image;
  });
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

/** Reads what the tags with the form of a patch of one base are. */
async function readClaims(options: {
  readonly readClaim: ReturnType<typeof claimReader>;
  readonly readPredecessor: PredecessorReader;
  readonly tag: Tag;
  readonly candidates: readonly TagAttributes[];
}): Promise<{ readonly existing: readonly ExistingTag[]; readonly claims: readonly PatchClaim[] }> {
  const existing: ExistingTag[] = [];
  const claims: PatchClaim[] = [];
  for (const candidate of options.candidates) {
    const claim = await options.readClaim(candidate);
    if (claim !== undefined) claims.push(claim);
    const kind =
      claim === undefined ? await options.readPredecessor(candidate, options.tag) : kindOf(claim);
    const { tag, locked } = candidate;
    existing.push({ tag, kind: kind ?? 'foreign', locked: locked === true });
  }
  return { existing, claims };
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

/**
 * Ends only the tag that can't be read, so that discovery continues with the other tags. Throws if a
 * repetition may help; `lastTry` says that there will be none.
 */
export function unreadable(
  found: {
    readonly services: Services;
    readonly run: Run;
    readonly rule: RepositoryRule;
    readonly tag: Tag;
    readonly digest: Digest | undefined;
    readonly lastTry: boolean;
  },
  error: unknown,
): Target {
  const { services, run, rule, tag, digest, lastTry } = found;
  if (!(error instanceof RegistryError)) throw error;
  const isSpoiled = SPOILED.has(error.code);
  if (!isSpoiled && !REFUSED.has(error.code) && !lastTry) throw error;
  const target = blankTarget(services, run, rule, tag);
  return {
    ...target,
    digest,
    ...(isSpoiled
      ? { state: 'skipped', reason: 'not-an-image' }
      : { state: 'failed', reason: 'registry-error' }),
    detail: plainText(error.message, 200),
    finishedAt: target.discoveredAt,
  };
}
