import { Tag } from './reference.ts';

/** `incremental`: `v1-1`, `v1-2`, … up to 999; `floating`: `v1-patched`. */
export const TAG_CONVENTIONS = ['incremental', 'floating'] as const;
export type TagConvention = (typeof TAG_CONVENTIONS)[number];

const MAX_NUMBER = 999;
const MAX_TAG_LENGTH = 128;
const NUMBERED = /^(.+)-([1-9][0-9]{0,2})$/;
const FLOATING_SUFFIX = '-patched';

/** A tag in the registry. */
export interface ExistingTag {
  readonly tag: string;
  /**
   * `ours`: a patch that we published. `predecessor`: one by ACR Continuous Patching, whose tags we go
   * on with. `claimed`: only its annotations say so. Its number is used up, and nothing replaces it.
   */
  readonly kind: 'ours' | 'predecessor' | 'claimed' | 'foreign';
}

export type NextPatchTag =
  | { readonly ok: true; readonly tag: Tag }
  | {
      readonly ok: false;
      readonly reason: 'tag-limit' | 'tag-ambiguous';
      readonly detail: string;
    };

/**
 * Returns the base if the tag has the form of a patch tag. The form is no proof: a CI system's
 * `main-42` has it too.
 */
export function baseOfPatchTag(tag: string, convention: TagConvention): Tag | undefined {
  const base = convention === 'incremental' ? numbered(tag)?.base : floatingBase(tag);
  const parsed = Tag.safeParse(base);
  return parsed.success ? parsed.data : undefined;
}

/** The bases of a tag with the form of a patch tag, under any convention: the policy's may change. */
export function basesOfPatchTag(tag: string): readonly Tag[] {
  const bases = TAG_CONVENTIONS.map((convention) => baseOfPatchTag(tag, convention));
  return bases.filter((base) => base !== undefined);
}

/** Chooses the tag for the next patch of `base`, given the tags that exist in its repository. */
export function nextPatchTag(options: {
  readonly base: Tag;
  readonly existing: Iterable<ExistingTag>;
  readonly convention: TagConvention;
}): NextPatchTag {
  return options.convention === 'incremental'
    ? nextNumbered(options.base, options.existing)
    : floating(options.base, options.existing);
}

function nextNumbered(base: Tag, existing: Iterable<ExistingTag>): NextPatchTag {
  let highest = 0;
  for (const { tag, kind } of existing) {
    const parts = numbered(tag);
    if (parts?.base !== base) continue;
    if (kind === 'foreign') return ambiguous(tag);
    highest = Math.max(highest, parts.number);
  }

  if (highest >= MAX_NUMBER) {
    return { ok: false, reason: 'tag-limit', detail: `${base}-${MAX_NUMBER} is the last number` };
  }
  return fitting(`${base}-${highest + 1}`);
}

function floating(base: Tag, existing: Iterable<ExistingTag>): NextPatchTag {
  const wanted = `${base}${FLOATING_SUFFIX}`;
  for (const { tag, kind } of existing) {
    if (tag === wanted && kind !== 'ours' && kind !== 'predecessor') return ambiguous(tag);
  }
  return fitting(wanted);
}

function ambiguous(tag: string): NextPatchTag {
  return {
    ok: false,
    reason: 'tag-ambiguous',
    detail: `${tag} exists and is not a patch by Patchwright or ACR Continuous Patching`,
  };
}

function fitting(wanted: string): NextPatchTag {
  if (wanted.length > MAX_TAG_LENGTH) {
    return {
      ok: false,
      reason: 'tag-limit',
      detail: `the tag would have ${wanted.length} characters; ${MAX_TAG_LENGTH} are allowed`,
    };
  }
  return { ok: true, tag: Tag.parse(wanted) };
}

function numbered(tag: string): { readonly base: string; readonly number: number } | undefined {
  const [, base, number] = NUMBERED.exec(tag) ?? [];
  return base === undefined ? undefined : { base, number: Number(number) };
}

function floatingBase(tag: string): string | undefined {
  return tag.endsWith(FLOATING_SUFFIX) ? tag.slice(0, -FLOATING_SUFFIX.length) : undefined;
}
