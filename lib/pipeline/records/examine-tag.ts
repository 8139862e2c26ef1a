import { type Digest, sha256Hex } from '../../image/digest.ts';
import type { Vulnerability } from '../../report/vulnerabilities.ts';
import { ROW_LIMITS, type RowLimits, rowsOf, withNewRows } from './listed-findings.ts';
import { mergedPatchDays, newlyPatched, PatchDays } from './patch-days.ts';
import type { RunId } from './run-id.ts';
import { type IndexedFinding, type TagIndex, wholeSeconds } from './tag-index.ts';

/** A scan of a tag's image, with what is known of its newest patch. */
export interface Examination {
  readonly runId: RunId;
  readonly at: Date;
  readonly digest: Digest;
  readonly sourceDigest: Digest;
  /**
   * All vulnerabilities of the image. Undefined if the scan tells nothing: no advisories cover it, or they
   * are too old.
   */
  readonly source: readonly Vulnerability[] | undefined;
  /** With all of its vulnerabilities, or none named if too little is known of it. */
  readonly patch:
    | { readonly digest: Digest; readonly findings: readonly Vulnerability[] | undefined }
    | undefined;
  /** When the run found the tag and looked for its patches. Both may have changed since. */
  readonly patchSeenAt: Date;
}

/** A published patch and all of its findings by the scan that verified it. */
export interface Publication {
  readonly runId: RunId;
  readonly at: Date;
  readonly sourceDigest: Digest;
  readonly patch: { readonly digest: Digest; readonly findings: readonly Vulnerability[] };
}

/** What an index is to be, and the texts for the rows that change. */
export interface IndexChange {
  readonly next: TagIndex;
  readonly about: ReadonlyMap<string, Vulnerability>;
  /** Rows that a crashed write may have left, and that the next scan has to decide about. */
  readonly undecided?: ReadonlySet<string>;
}

/**
 * Applies a scan. Returns undefined if it tells nothing new: a later one is known, no counts, or the tag
 * is gone since the run found it.
 */
export function withExamination(
  known: TagIndex | undefined,
  exam: Examination,
  limits: RowLimits = ROW_LIMITS,
): IndexChange | undefined {
  if (known !== undefined && exam.at < known.examinedAt) return undefined;
  if (isGoneSince(known, exam.patchSeenAt)) return undefined;
  const { runId, digest, sourceDigest, source, patchSeenAt: seenAt } = exam;
  const head = { runId, digest, sourceDigest, seenAt, examinedAt: exam.at };
  // The rows stay about the image that was scanned last: only a scan that counts ends a finding.
  if (source === undefined) return undefined;
  const view = patchView(known, exam);
  const inPatch = new Set(view.findings.map(({ id }) => id));
  const about = new Map([...source, ...view.findings].map((one) => [one.id, one]));
  const staying = [...rowsOf(known)].filter((id) => about.has(id));
  const findings = new Map<string, IndexedFinding>();
  for (const id of withNewRows(staying, [view.findings, source], limits)) {
    const shown = about.get(id);
    if (shown === undefined) continue;
    const isFixed = view.digest !== undefined && !inPatch.has(id);
    findings.set(id, nextFinding(known?.findings.get(id), shown, { at: exam.at, isFixed }));
  }
  const patch = { patchDigest: view.digest, patchSeenAt: view.seenAt };
  const counted = { patchedIn: known?.patchedIn, patchedDays: known?.patchedDays };
  const unlisted = unlistedIn(inPatch, findings);
  return { next: { ...head, ...patch, ...counted, unlisted, findings }, about };
}

/** Undefined if every one has a row. */
function unlistedIn(
  open: ReadonlySet<string>,
  findings: ReadonlyMap<string, IndexedFinding>,
): number | undefined {
  return [...open].filter((id) => !findings.has(id)).length || undefined;
}

/** The patch that counts, and the vulnerabilities that it still has. */
function patchView(
  known: TagIndex | undefined,
  { source = [], patch, patchSeenAt, sourceDigest }: Examination,
): {
  readonly digest: Digest | undefined;
  readonly seenAt: Date;
  readonly findings: readonly Vulnerability[];
} {
  const ofSame = known?.sourceDigest === sourceDigest ? known : undefined;
  const isFixed = (id: string) => ofSame?.findings.get(id)?.state === 'fixed';
  const knownSeenAt = ofSame?.patchSeenAt;
  // Another run has published a patch since this one looked for patches.
  if (knownSeenAt !== undefined && knownSeenAt > patchSeenAt) {
    const findings = source.filter(({ id }) => !isFixed(id));
    return { digest: ofSame?.patchDigest, seenAt: knownSeenAt, findings };
  }
  const { digest, findings } = patch ?? { digest: undefined, findings: source };
  if (findings !== undefined) return { digest, seenAt: patchSeenAt, findings };
  // An unknown patch counts as fixing nothing, except what it was seen to fix.
  const isSame = digest === ofSame?.patchDigest;
  return {
    digest,
    seenAt: patchSeenAt,
    findings: isSame ? source.filter(({ id }) => !isFixed(id)) : source,
  };
}

/** Applies a published patch. Returns undefined if it is not one of the image that was examined last. */
export function withPublication(
  known: TagIndex | undefined,
  { runId, at, sourceDigest, patch }: Publication,
  limits: RowLimits = ROW_LIMITS,
): IndexChange | undefined {
  if (known === undefined || known.sourceDigest !== sourceDigest) return undefined;
  if (known.patchSeenAt !== undefined && known.patchSeenAt > at) return undefined;
  const left = new Map(patch.findings.map((one) => [one.id, one]));
  // The image's own list is not known here, so only its next scan can end such a row.
  const isUndecided = (id: string) => !known.findings.has(id) && !left.has(id);
  const rows = [...rowsOf(known)];
  const staying = rows.filter((id) => !isUndecided(id));
  const findings = new Map<string, IndexedFinding>();
  for (const id of withNewRows(staying, [patch.findings], limits)) {
    const [one, found] = [known.findings.get(id), left.get(id)];
    if (found !== undefined) {
      findings.set(id, nextFinding(one, found, { at, isFixed: false }));
    } else if (one !== undefined) {
      const patchedAt = one.patchedAt ?? wholeSeconds(at);
      findings.set(id, { ...one, state: 'fixed', patchedAt });
    }
  }
  const earlier = known.patchedIn === runId ? patchDaysIn(known.patchedDays) : undefined;
  const days = mergedPatchDays([earlier, newlyPatched(known.findings, findings)]);
  const counted = { patchedIn: runId, patchedDays: JSON.stringify(days) };
  const { digest: patchDigest } = patch;
  const unlisted = unlistedIn(new Set(left.keys()), findings);
  const head = { ...known, ...counted, runId, patchDigest, patchSeenAt: at, unlisted };
  const undecided = new Set(rows.filter(isUndecided));
  return { next: { ...head, findings }, about: left, undecided };
}

/**
 * Ends all findings of a tag that is gone, and remembers when: a run that found the tag before may
 * examine it later, however long it works. Returns undefined if that is done, or a later run found it.
 */
export function withoutFindings(
  known: TagIndex | undefined,
  { runId, at }: { readonly runId: RunId; readonly at: Date },
): IndexChange | undefined {
  if (known !== undefined && (known.seenAt ?? known.examinedAt) > at) return undefined;
  // After a crash in the first write of a tag, its rows may exist although no image is named.
  const isDone = known !== undefined && (known.pending ?? []).length === 0;
  if (isDone && known.digest === undefined) return undefined;
  return { next: { runId, examinedAt: at, findings: new Map() }, about: new Map() };
}

/** True if a run missed the tag after this time, and no later run found it. */
export function isGoneSince(known: TagIndex | undefined, time: Date): boolean {
  return known !== undefined && known.digest === undefined && time <= known.examinedAt;
}

function patchDaysIn(text: string | undefined): PatchDays | undefined {
  return text === undefined ? undefined : PatchDays.parse(JSON.parse(text));
}

/** What a run's patches of this tag fixed. Undefined if the run published none. */
export function patchedBy(index: TagIndex | undefined, runId: RunId): PatchDays | undefined {
  return index?.patchedIn === runId ? patchDaysIn(index.patchedDays) : undefined;
}

function nextFinding(
  known: IndexedFinding | undefined,
  found: Vulnerability,
  { at, isFixed }: { readonly at: Date; readonly isFixed: boolean },
): IndexedFinding {
  const now = wholeSeconds(at);
  const hasFix = found.fixedVersion !== '';
  const state = isFixed ? 'fixed' : hasFix ? 'open' : 'open-no-fix';
  const isBack = !isFixed && known?.state === 'fixed';
  return {
    severity: found.severity,
    state,
    seenSince: known?.seenSince ?? now,
    // A finding that was fixed and is open again has a new clock: the days with a patch do not count.
    fixSince: hasFix ? ((isBack ? undefined : known?.fixSince) ?? now) : undefined,
    patchedAt: isFixed ? (known?.patchedAt ?? now) : undefined,
    about: aboutOf(found),
  };
}

function aboutOf({ packages, installed, fixedVersion }: Vulnerability): string {
  return sha256Hex(JSON.stringify([packages, installed, fixedVersion])).slice(0, 10);
}

/** The vulnerabilities whose rows differ between two indexes. */
export function changedFindings(known: TagIndex | undefined, next: TagIndex): readonly string[] {
  const moved = known?.digest !== next.digest;
  const ids = new Set([...(known?.findings.keys() ?? []), ...next.findings.keys()]);
  return [...ids].filter((id) => {
    const [before, after] = [known?.findings.get(id), next.findings.get(id)];
    if (before === undefined || after === undefined || moved) return true;
    return factsIn(before) !== factsIn(after);
  });
}

function factsIn(one: IndexedFinding): string {
  const { severity, state, seenSince, fixSince, patchedAt, about } = one;
  return JSON.stringify([severity, state, seenSince, fixSince, patchedAt, about]);
}
