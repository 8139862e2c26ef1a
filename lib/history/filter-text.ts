import * as z from 'zod';
import { RepositoryName } from '../image/reference.ts';
import { positionOf } from '../storage/table-queries.ts';

const UNITS = { m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const AGE = /^(\d{1,4})(m|h|d|w)$/;

/** `30m`, `24h`, `7d`, `2w`, or a time in ISO 8601. */
export const When = z
  .string()
  .refine(
    (text) => AGE.test(text) || isTime(text),
    'must be an age such as 24h or 7d, or a time such as 2026-11-23T02:00:00Z',
  )
  .meta({ examples: ['7d', '2026-11-23T02:00:00Z'] });

/** The moment that `When` means. */
export function momentOf(text: string, now: Date): Date {
  const [, count, unit] = AGE.exec(text) ?? [];
  if (count === undefined) return new Date(text);
  const seconds = unit === 'm' || unit === 'h' || unit === 'd' || unit === 'w' ? UNITS[unit] : 0;
  return new Date(now.getTime() - Number(count) * seconds * 1000);
}

function isTime(text: string): boolean {
  return z.union([z.iso.datetime({ offset: true }), z.iso.date()]).safeParse(text).success;
}

/** Words of a list: `failed,rejected`. */
export function listOf<Word extends string>(words: readonly Word[]) {
  const known: ReadonlySet<string> = new Set(words);
  return z
    .string()
    .refine((text) => text.split(',').every((word) => known.has(word)), {
      error: `must be one or more of: ${words.join(', ')}`,
    })
    .meta({ pattern: '^[a-z-]+(,[a-z-]+)*$', examples: words.slice(0, 3) });
}

/** The words that `listOf` accepted. */
export function wordsOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [...new Set(text.split(','))];
}

export const Limit = (most: number) =>
  z
    .string()
    .refine(
      (text) => /^[1-9]\d{0,3}$/.test(text) && Number(text) <= most,
      `must be a whole number from 1 to ${most}`,
    )
    .meta({ pattern: '^[1-9][0-9]{0,2}$|^1000$' });

/** Opaque text of an answer before. */
export const Continuation = z
  .string()
  .max(8192)
  .refine(isToken, 'must be the "next" of the answer before')
  .meta({ pattern: '^[A-Za-z0-9_-]+$' });

function isToken(text: string): boolean {
  try {
    positionOf(text);
    return true;
  } catch {
    return false;
  }
}

export const FlagText = z.enum(['true', 'false'], 'must be true or false');

/** A repository, or the beginning of names and `*`: `team/*`. */
export const RepositoryPattern = z.string().refine(
  (text) => {
    const name = text.endsWith('*') ? `${text.slice(0, -1)}x` : text;
    return text === '*' || RepositoryName.safeParse(name).success;
  },
  { error: 'must be a repository such as team/api, or a beginning and "*" such as team/*' },
);
