import { Tag } from './reference.ts';
import { formOf, TAG_CONVENTIONS, type TagConvention } from './tag-convention.ts';

const MAX_NUMBER = 999;
const MAX_TAG_LENGTH = 128;
/** What follows the suffix. `none` has nothing. */
const NUMBER = { none: /^$/, plain: /^[1-9][0-9]{0,2}$/, padded: /^(?!000)[0-9]{3}$/ } as const;

/** A tag in the registry. */
export interface ExistingTag {
  readonly tag: string;
  /**
   * `ours`: a patch that we published. `predecessor`: one by ACR Continuous Patching, whose numbering we
   * continue. `claimed`: only its annotations say so. Its number is used up, and nothing replaces it.
   */
  readonly kind: 'ours' | 'predecessor' | 'claimed' | 'foreign';
  /** True if the registry refuses to move it. */
  readonly locked?: boolean;
}

export type NextPatchTag =
  | { readonly ok: true; readonly tag: Tag }
  | {
      readonly ok: false;
      readonly reason: 'tag-limit' | 'tag-ambiguous' | 'tag-locked';
      readonly detail: string;
    };

/** The source's tag, and the number of its patch; 0 if the tag floats. */
interface PatchTagParts {
  readonly base: string;
  readonly number: number;
}

/**
 * Returns the base if the tag has the form of a patch tag. The form is no proof: a CI system's
 * `main-42` has it too.
 */
export function baseOfPatchTag(tag: string, convention: TagConvention): Tag | undefined {
  const parsed = Tag.safeParse(parse(tag, convention)?.base);
  return parsed.success ? parsed.data : undefined;
}

/**
 * The bases of a tag with the form of a patch tag, each once: of the policy's conventions, and of
 * `incremental` and `floating`, which it may have had before.
 */
export function basesOfPatchTag(
  tag: string,
  conventions: readonly TagConvention[] = [],
): readonly Tag[] {
  const all = [...TAG_CONVENTIONS, ...conventions];
  const bases = all.map((convention) => baseOfPatchTag(tag, convention));
  return [...new Set(bases.filter((base) => base !== undefined))];
}

/** The tag of a patch. A floating one has no number. */
export function formatPatchTag(base: string, convention: TagConvention, number: number): string {
  const { suffix, number: form } = formOf(convention);
  switch (form) {
    case 'none':
      return `${base}${suffix}`;
    case 'plain':
      return `${base}${suffix}${number}`;
    case 'padded':
      return `${base}${suffix}${String(number).padStart(3, '0')}`;
    default:
      return form satisfies never;
  }
}

/** The floating tag of `base`, whatever has it now; `tag-limit` if it would be too long for a tag. */
export function floatingTagOf(base: Tag, convention: TagConvention): NextPatchTag {
  return fitting(formatPatchTag(base, convention, 0));
}

/** Chooses the tag for the next patch of `base`, given the tags that exist in its repository. */
export function nextPatchTag(options: {
  readonly base: Tag;
  readonly existing: Iterable<ExistingTag>;
  readonly convention: TagConvention;
}): NextPatchTag {
  const { base, existing, convention } = options;
  return formOf(convention).number === 'none'
    ? floating(base, existing, convention)
    : nextNumbered(base, existing, convention);
}

function nextNumbered(
  base: Tag,
  existing: Iterable<ExistingTag>,
  convention: TagConvention,
): NextPatchTag {
  let highest = 0;
  const foreign: string[] = [];
  for (const { tag, kind } of existing) {
    const parts = parse(tag, convention);
    if (parts?.base !== base) continue;
    if (kind === 'foreign') foreign.push(tag);
    highest = Math.max(highest, parts.number);
  }
  const [first] = foreign.sort();
  if (first !== undefined) return ambiguous(first);

  if (highest >= MAX_NUMBER) {
    const last = formatPatchTag(base, convention, MAX_NUMBER);
    return { ok: false, reason: 'tag-limit', detail: `${last} is the last number` };
  }
  return fitting(formatPatchTag(base, convention, highest + 1));
}

function floating(
  base: Tag,
  existing: Iterable<ExistingTag>,
  convention: TagConvention,
): NextPatchTag {
  const wanted = formatPatchTag(base, convention, 0);
  for (const { tag, kind, locked } of existing) {
    if (tag !== wanted) continue;
    if (kind !== 'ours' && kind !== 'predecessor') return ambiguous(tag);
    if (locked === true) {
      return { ok: false, reason: 'tag-locked', detail: `${tag} is locked against writing` };
    }
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

/** A base never ends with a digit that could belong to the number: the suffix is between them. */
function parse(tag: string, convention: TagConvention): PatchTagParts | undefined {
  const { suffix, number } = formOf(convention);
  const at = number === 'none' ? tag.length - suffix.length : tag.lastIndexOf(suffix);
  if (at < 1 || !tag.startsWith(suffix, at)) return undefined;
  const rest = tag.slice(at + suffix.length);
  if (!NUMBER[number].test(rest)) return undefined;
  return { base: tag.slice(0, at), number: Number(rest) };
}
