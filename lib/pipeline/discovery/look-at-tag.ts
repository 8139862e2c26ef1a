import {
  baseOfPatchTag,
  type ExistingTag,
  nextPatchTag,
  TAG_CONVENTIONS,
} from '../../image/patch-tags.ts';
import type { Tag } from '../../image/reference.ts';
import type { Policy, RepositoryRule } from '../../policy/policy.ts';
import {
  RegistryError,
  type RegistryErrorCode,
  type TagAttributes,
} from '../../registry/registry.ts';
import { plainText } from '../../text/plain-text.ts';
import { patchReader } from '../inventory/known-patches.ts';
import type { Run } from '../records/run.ts';
import type { KnownPatch, Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { blankTarget, notFound } from './discovered-targets.ts';
import { imageInspector } from './inspect-image.ts';

const MAX_KNOWN_PATCHES = 20;
const BY_NUMBER = new Intl.Collator('en', { numeric: true });
/** Failures of the requested content, not of the registry. */
const SPOILED: ReadonlySet<RegistryErrorCode> = new Set([
  'too-large',
  'invalid',
  'digest-mismatch',
]);

/** Inspects one tag. Returns its target, or undefined if the tag is a patch of ours. */
export function lookAtTag(options: {
  readonly services: Services;
  readonly run: Run;
  readonly policy: Policy;
  readonly rule: RepositoryRule;
  readonly tags: ReadonlyMap<Tag, TagAttributes>;
  readonly patches: ReadonlyMap<Tag, readonly TagAttributes[]>;
}): (tag: Tag) => Promise<Target | undefined> {
  const { services, run, policy, rule, tags } = options;
  const convention = policy['tag-convention'];
  const readPatch = patchReader(services, rule.repository);
  const inspect = imageInspector(services, rule.repository);

  return async (tag) => {
    const attributes = tags.get(tag);
    if (attributes === undefined) return notFound(services, run, rule, tag);
    const bases = TAG_CONVENTIONS.map((form) => baseOfPatchTag(tag, form)).filter(
      (base) => base !== undefined,
    );
    // Skips a patch of ours whose base exists, also under a former tag convention.
    const own = bases.length === 0 ? undefined : await readPatch(attributes);
    if (own !== undefined && bases.some((base) => tags.has(base))) return undefined;
    const { existing, patches } = await readPatches(readPatch, options.patches.get(tag) ?? []);
    const next = nextPatchTag({ base: tag, existing, convention });
    const inspected = await inspect(attributes.digest);
    const target = blankTarget(services, run, rule, tag);
    if (inspected.kind === 'skip') {
      return {
        ...target,
        digest: attributes.digest,
        state: 'skipped',
        reason: inspected.reason,
        finishedAt: target.discoveredAt,
        ...(inspected.detail !== undefined && { detail: inspected.detail }),
      };
    }
    const { sourceDigest } = inspected;
    // A patch whose base was deleted becomes a target, and counts as its own patch.
    const ofSource = [...(own === undefined ? [] : [own]), ...patches]
      .filter((patch) => patch.sourceDigest === sourceDigest)
      .sort((a, b) => BY_NUMBER.compare(a.tag, b.tag));
    // If the tables were lost, the inventory would know only the next patch, and refuse these.
    await services.inventory.rememberPatches(
      { repository: rule.repository, digest: sourceDigest },
      ofSource.map((patch) => patch.digest),
    );
    return {
      ...target,
      digest: attributes.digest,
      sourceDigest: inspected.sourceDigest,
      ...(inspected.isPatch && { isPatch: true }),
      architecture: inspected.architecture,
      sourceBytes: inspected.bytes,
      ...(inspected.hasBaseLabel && { hasBaseLabel: true }),
      patches: ofSource.slice(-MAX_KNOWN_PATCHES),
      ...(!next.ok && { tagFault: next.reason, detail: next.detail }),
    };
  };
}

/** Reads the tags that have the form of a patch of one base, and which of them are ours. */
async function readPatches(
  readPatch: ReturnType<typeof patchReader>,
  candidates: readonly TagAttributes[],
): Promise<{ readonly existing: readonly ExistingTag[]; readonly patches: readonly KnownPatch[] }> {
  const existing: ExistingTag[] = [];
  const patches: KnownPatch[] = [];
  for (const candidate of candidates) {
    const patch = await readPatch(candidate);
    if (patch !== undefined) patches.push(patch);
    existing.push({ tag: candidate.tag, ours: patch !== undefined });
  }
  return { existing, patches };
}

/** Ends only the tag with invalid content, so that discovery continues with the other tags. */
export function spoiled(
  services: Services,
  run: Run,
  rule: RepositoryRule,
  tag: Tag,
  error: unknown,
): Target {
  if (!(error instanceof RegistryError) || !SPOILED.has(error.code)) throw error;
  const target = blankTarget(services, run, rule, tag);
  const detail = plainText(error.message, 200);
  return {
    ...target,
    state: 'skipped',
    reason: 'not-an-image',
    detail,
    finishedAt: target.discoveredAt,
  };
}
