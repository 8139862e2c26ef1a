import * as z from 'zod';
import { Digest } from '../../image/digest.ts';
import { SEVERITIES, type Severity } from '../../report/finding.ts';
import { RunId } from './run-id.ts';
import type { FindingState, TagFinding } from './tag-finding.ts';

/** What the app remembers of a row of PatchwrightFindings, so that it need not read it. */
export interface IndexedFinding
  extends Pick<TagFinding, 'severity' | 'seenSince' | 'fixSince' | 'patchedAt'> {
  readonly state: Exclude<FindingState, 'gone'>;
  /** A hash of its packages and versions. */
  readonly about: string;
}

export const TagIndexHead = z.object({
  runId: RunId,
  /** Of a tag that is gone: when a run missed it. */
  examinedAt: z.date(),
  /** When the run that examined it found the tag. */
  seenAt: z.date().optional(),
  /** The image that the tag names. Absent once the tag is gone. */
  digest: Digest.optional(),
  sourceDigest: Digest.optional(),
  /** The patch that `fixed` and `open` are about, and when it was last seen. */
  patchDigest: Digest.optional(),
  patchSeenAt: z.date().optional(),
  /** The run that published a patch last, and the findings that it fixed, so that a repeated step knows. */
  patchedIn: RunId.optional(),
  patchedDays: z.string().optional(),
  /** The severities beyond their targets, and those that a run found so first: `critical,high`. */
  beyond: z.string().optional(),
  missedIn: RunId.optional(),
  missed: z.string().optional(),
  /** Vulnerabilities that the newest patch has, or the image without one, and that have no row. */
  unlisted: z.number().int().positive().optional(),
});

/** What all findings of one tag are, as of the last examination that changed anything. */
export interface TagIndex extends z.infer<typeof TagIndexHead> {
  /** By vulnerability, without those that are gone. */
  readonly findings: ReadonlyMap<string, IndexedFinding>;
  /** Vulnerabilities whose rows a write has begun to change. Empty or absent at its end. */
  readonly pending?: readonly string[];
}

const STATES = ['open', 'open-no-fix', 'fixed'] as const;
const Seconds = z.number().int().nonnegative();
const Rank = (names: readonly string[]) =>
  z
    .number()
    .int()
    .min(0)
    .max(names.length - 1);
/** Pairs, since an object loses an id like `__proto__`. */
const Packed = z.array(
  z.tuple([
    z.string(),
    z.tuple([Rank(SEVERITIES), Rank(STATES), Seconds, Seconds, Seconds, z.string()]),
  ]),
);

/** The findings as short JSON: thousands of them fit into a row once they are compressed. */
export function packFindings(findings: ReadonlyMap<string, IndexedFinding>): string {
  const packed = [...findings].map(([id, one]) => [
    id,
    [
      SEVERITIES.indexOf(one.severity),
      STATES.indexOf(one.state),
      secondsOf(one.seenSince),
      secondsOf(one.fixSince),
      secondsOf(one.patchedAt),
      one.about,
    ],
  ]);
  return JSON.stringify(packed);
}

/** Reads what `packFindings` wrote. Throws if the text is something else. */
export function unpackFindings(text: string): ReadonlyMap<string, IndexedFinding> {
  const packed = Packed.parse(JSON.parse(text));
  return new Map(
    packed.map(([id, [severity, state, seen, fix, patched, about]]) => [
      id,
      {
        severity: severityAt(severity),
        state: STATES[state] ?? 'open',
        seenSince: dateOf(seen) ?? new Date(0),
        fixSince: dateOf(fix),
        patchedAt: dateOf(patched),
        about,
      },
    ]),
  );
}

function severityAt(rank: number): Severity {
  return SEVERITIES[rank] ?? 'unknown';
}

function secondsOf(date: Date | undefined): number {
  return date === undefined ? 0 : Math.floor(date.getTime() / 1000);
}

function dateOf(seconds: number): Date | undefined {
  return seconds === 0 ? undefined : new Date(seconds * 1000);
}

/** Times of findings are whole seconds, as the index keeps them. */
export function wholeSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
