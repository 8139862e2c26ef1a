import { baseOfPatchTag, nextPatchTag, TAG_CONVENTIONS } from '../../image/patch-tags.ts';
import type { Tag } from '../../image/reference.ts';
import type { Policy, RepositoryRule } from '../../policy/policy.ts';
import {
  RegistryError,
  type RegistryErrorCode,
  type TagAttributes,
} from '../../registry/registry.ts';
import { plainText } from '../../text/plain-text.ts';
import { rememberPatches } from '../inventory/inventory.ts';
import { patchReader } from '../inventory/known-patches.ts';
import type { RunRow } from '../records/run-row.ts';
import type { KnownPatch, TargetRow } from '../records/target-row.ts';
import type { Services } from '../services.ts';
import { blankTarget, notFound } from './discovered-targets.ts';
import { inspectImage } from './inspect-image.ts';

const MAX_KNOWN_PATCHES = 20;
const BY_NUMBER = new Intl.Collator('en', { numeric: true });
/** Failures of the content that was asked for, and not of the registry. */
const SPOILED: ReadonlySet<RegistryErrorCode> = new Set([
  'too-large',
  'invalid',
  'digest-mismatch',
]);

/** What a look at one tag makes of it: its target, or nothing where it is a patch of ours. */
export function lookAtTag(options: {
  readonly services: Services;
  readonly run: RunRow;
  readonly policy: Policy;
  readonly rule: RepositoryRule;
  readonly tags: ReadonlyMap<Tag, TagAttributes>;
  readonly patches: ReadonlyMap<Tag, readonly TagAttributes[]>;
}): (tag: Tag) => Promise<TargetRow | undefined> {
  const { services, run, policy, rule, tags } = options;
  const convention = policy['tag-convention'];
  const readPatch = patchReader(services, rule.repository);

  return async (tag) => {
    const attributes = tags.get(tag);
    if (attributes === undefined) return notFound(services, run, rule, tag);
    const bases = TAG_CONVENTIONS.map((form) => baseOfPatchTag(tag, form)).filter(
      (base) => base !== undefined,
    );
    // Passed over is a patch of ours whose base is there, also one of a convention that was left.
    const own = bases.length === 0 ? undefined : await readPatch(attributes);
    if (own !== undefined && bases.some((base) => tags.has(base))) return undefined;
    // A patch whose base is gone is looked at itself, and needs no other one for what it fixes.
    const patches: KnownPatch[] = own === undefined ? [] : [own];
    const existing: { tag: string; ours: boolean }[] = [];
    for (const candidate of options.patches.get(tag) ?? []) {
      const patch = await readPatch(candidate);
      if (patch !== undefined) patches.push(patch);
      existing.push({ tag: candidate.tag, ours: patch !== undefined });
    }
    const next = nextPatchTag({ base: tag, existing, convention });
    const inspected = await inspectImage(services, rule.repository, attributes.digest);
    const row = blankTarget(services, run, rule, tag);
    if (inspected.kind === 'skip') {
      return {
        ...row,
        digest: attributes.digest,
        state: 'skipped',
        reason: inspected.reason,
        finishedAt: row.discoveredAt,
        ...(inspected.detail !== undefined && { detail: inspected.detail }),
      };
    }
    const { sourceDigest } = inspected;
    const ofSource = patches
      .filter((patch) => patch.sourceDigest === sourceDigest)
      .sort((a, b) => BY_NUMBER.compare(a.tag, b.tag));
    // Where the tables were lost, they would be strangers as soon as one more is published.
    await rememberPatches(
      services,
      { repository: rule.repository, digest: sourceDigest },
      ofSource.map((patch) => patch.digest),
    );
    return {
      ...row,
      digest: attributes.digest,
      sourceDigest: inspected.sourceDigest,
      architecture: inspected.architecture,
      patches: JSON.stringify(ofSource.slice(-MAX_KNOWN_PATCHES)),
      ...(!next.ok && { tagFault: next.reason, detail: next.detail }),
    };
  };
}

/** What is wrong with one tag's own content must not keep its repository from being looked at. */
export function spoiled(
  services: Services,
  run: RunRow,
  rule: RepositoryRule,
  tag: Tag,
  error: unknown,
): TargetRow {
  if (!(error instanceof RegistryError) || !SPOILED.has(error.code)) throw error;
  const row = blankTarget(services, run, rule, tag);
  const detail = plainText(error.message, 200);
  return { ...row, state: 'skipped', reason: 'not-an-image', detail, finishedAt: row.discoveredAt };
}
