import * as z from 'zod';

/** `incremental`: `v1-1`, `v1-2`, … up to 999; `floating`: `v1-patched`. */
export const TAG_CONVENTIONS = ['incremental', 'floating'] as const;

/**
 * A convention of one's own, such as `{tag}-patch.{n}`, `{tag}-p{nnn}` or `{tag}-secure`. `{n}` is a
 * number from 1 to 999, and `{nnn}` the same with three digits. Without a number, the tag floats.
 */
export type TagTemplate = `{tag}${string}`;

/** How the tag of a patch follows from the tag of its source. */
export type TagConvention = (typeof TAG_CONVENTIONS)[number] | TagTemplate;
export const TagConvention = z.custom<TagConvention>(
  (input) => whyNoConvention(input) === undefined,
  { error: ({ input }) => whyNoConvention(input) },
);

/** One convention; or two, so that a floating tag points to the newest of the numbered ones. */
export type TagConventions = TagConvention | readonly TagConvention[];
export const TagConventions = z.custom<TagConventions>(
  (input) => faultOfConventions(input) === undefined,
  { error: ({ input }) => faultOfConventions(input) },
);

/** The convention that names each patch, and the one of a floating tag besides. */
export interface ChosenConventions {
  readonly convention: TagConvention;
  readonly alsoFloating?: TagConvention;
}

export function chosenOf(conventions: TagConventions): ChosenConventions {
  const all = typeof conventions === 'string' ? [conventions] : conventions;
  const convention = all.find((one) => !isFloating(one)) ?? all[0] ?? 'incremental';
  const alsoFloating = all.find((one) => isFloating(one) && one !== convention);
  return { convention, ...(alsoFloating !== undefined && { alsoFloating }) };
}

export function listOf({ convention, alsoFloating }: ChosenConventions): readonly TagConvention[] {
  return alsoFloating === undefined ? [convention] : [convention, alsoFloating];
}

/** The form of a convention's tags: the source's tag, the suffix, and a number unless it floats. */
export interface TagForm {
  readonly suffix: string;
  readonly number: 'none' | 'plain' | 'padded';
}

const TEMPLATE = /^\{tag\}([^{}]*)(\{n\}|\{nnn\})?$/;
const FLOATING_SUFFIX = '-patched';
const MAX_SUFFIX = 40;

export function formOf(convention: TagConvention): TagForm {
  switch (convention) {
    case 'incremental':
      return { suffix: '-', number: 'plain' };
    case 'floating':
      return { suffix: FLOATING_SUFFIX, number: 'none' };
    default: {
      const [, suffix = '', number] = TEMPLATE.exec(convention) ?? [];
      if (number === undefined) return { suffix, number: 'none' };
      return { suffix, number: number === '{n}' ? 'plain' : 'padded' };
    }
  }
}

/** True if the tag moves to each new patch. */
export function isFloating(convention: TagConvention): boolean {
  return formOf(convention).number === 'none';
}

function faultOfConventions(input: unknown): string | undefined {
  if (!Array.isArray(input)) return whyNoConvention(input);
  const fault = input.map(whyNoConvention).find((one) => one !== undefined);
  if (fault !== undefined) return `each item ${fault}`;
  const parsed = z.array(TagConvention).parse(input);
  const floating = parsed.filter(isFloating).length;
  if (parsed.length === 1 || (parsed.length === 2 && floating === 1)) return undefined;
  return 'must have one convention, or one with a number and one that floats';
}

function whyNoConvention(input: unknown): string | undefined {
  if (TAG_CONVENTIONS.some((convention) => convention === input)) return undefined;
  if (typeof input === 'string' && input.includes('{')) return faultOfTemplate(input);
  return 'must be "incremental", "floating" or a template such as "{tag}-patch.{n}"';
}

/**
 * Why a template can't be used. Its tags must be valid, sort after those before them, and never look
 * like a source or like a tag of `incremental` or `floating`.
 */
function faultOfTemplate(text: string): string | undefined {
  if (!text.startsWith('{tag}')) return 'must begin with "{tag}"';
  const [whole, suffix = '', number] = TEMPLATE.exec(text) ?? [];
  if (whole === undefined) {
    return 'may have "{n}" or "{nnn}" once, at its end, and no other placeholder';
  }
  return faultOfSuffix(suffix) ?? faultOfEnd(suffix, number);
}

function faultOfSuffix(suffix: string): string | undefined {
  if (!/^[-._]/.test(suffix)) return 'must have "-", "." or "_" after "{tag}"';
  if (!/^[A-Za-z0-9._-]*$/.test(suffix)) {
    return 'may only have letters, digits, "_", "." and "-" after "{tag}"';
  }
  if (!/[A-Za-z]/.test(suffix)) {
    return 'must have a letter after "{tag}": without one, a patch looks like a version or a build';
  }
  if (suffix.length > MAX_SUFFIX) {
    return `must have at most ${MAX_SUFFIX} characters between "{tag}" and the number`;
  }
  return undefined;
}

function faultOfEnd(suffix: string, number: string | undefined): string | undefined {
  switch (number) {
    case '{n}':
      // SemVer compares an identifier as a number only if it has nothing but digits.
      return suffix.endsWith('.') ? undefined : 'must have "." before "{n}", or 10 sorts before 9';
    case '{nnn}':
      // SemVer forbids a number with leading zeros, and `-100` is a tag of `incremental`.
      if (/[A-Za-z_]$/.test(suffix)) return undefined;
      return 'must have a letter or "_" before "{nnn}"';
    default:
      return faultOfFloating(suffix);
  }
}

function faultOfFloating(suffix: string): string | undefined {
  if (suffix.endsWith(FLOATING_SUFFIX)) {
    return `must not end with "${FLOATING_SUFFIX}", which the convention "floating" uses`;
  }
  if (/[0-9]$/.test(suffix)) return 'must not end with a digit: use "{n}" or "{nnn}"';
  if (/\.(?:sig|att|sbom)$/.test(suffix)) return 'must not end as the tags of cosign do';
  if (!/[A-Za-z]$/.test(suffix)) return 'must end with a letter or a number';
  return undefined;
}
