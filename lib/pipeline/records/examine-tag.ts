import { type Digest, sha256Hex } from '../../image/digest.ts';
import type { Vulnerability } from '../../report/vulnerabilities.ts';
import { mergedPatchDays, newlyPatched, PatchDays } from './patch-days.ts';
import type { RunId } from './run-id.ts';
import { type IndexedFinding, type TagIndex, wholeSeconds } from './tag-index.ts';

/** A scan of a tag's image, with what is known of its newest patch. */
export interface Examination {
  readonly runId: RunId;
  readonly at: Date;
  readonly digest: Digest;
  readonly sourceDigest: Digest;
  /** Undefined if the scan tells nothing: no advisories cover the image, or they are too old. */
  readonly source: readonly Vulnerability[] | undefined;
  /** Without findings if too little is known of the patch. */
  readonly patch:
    | { readonly digest: Digest; readonly findings: readonly Vulnerability[] | undefined }
    | undefined;
  /** When the run looked for patches. Another run may have published one since. */
  readonly patchSeenAt: Date;
}

/** A published patch and its findings by the scan that verified it. */
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
}

/** Applies a scan. Returns undefined if it tells nothing new: a later one is known, or no counts. */
export function withExamination(
  known: TagIndex | undefined,
  exam: Examination,
): IndexChange | undefined {
  if (known !== undefined && exam.at < known.examinedAt) return undefined;
  const { runId, digest, sourceDigest, source } = exam;
  const head = { runId, digest, sourceDigest, examinedAt: exam.at };
  // The rows stay about the image that was scanned last: only a scan that counts ends a finding.
  if (source === undefined) return undefined;
  const view = patchView(known, exam);
  const about = new Map(source.map((one) => [one.id, one]));
  const inPatch = new Map<string, Vulnerability>(view.findings.map((one) => [one.id, one]));
  const findings = new Map<string, IndexedFinding>();
  for (const one of [...source, ...view.findings.filter(({ id }) => !about.has(id))]) {
    const left = inPatch.get(one.id);
    const shown = left ?? one;
    about.set(one.id, shown);
    const isFixed = view.digest !== undefined && left === undefined;
    findings.set(one.id, nextFinding(known?.findings.get(one.id), shown, { at: exam.at, isFixed }));
  }
  const patch = { patchDigest: view.digest, patchSeenAt: view.seenAt };
  const counted = { patchedIn: known?.patchedIn, patchedDays: known?.patchedDays };
  return { next: { ...head, ...patch, ...counted, findings }, about };
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
): IndexChange | undefined {
  if (known === undefined || known.sourceDigest !== sourceDigest) return undefined;
  if (known.patchSeenAt !== undefined && known.patchSeenAt > at) return undefined;
  const left = new Map(patch.findings.map((one) => [one.id, one]));
  const findings = new Map<string, IndexedFinding>();
  for (const [id, one] of known.findings) {
    if (left.has(id)) continue;
    const patchedAt = one.patchedAt ?? wholeSeconds(at);
    findings.set(id, { ...one, state: 'fixed', patchedAt });
  }
  for (const [id, one] of left) {
    findings.set(id, nextFinding(known.findings.get(id), one, { at, isFixed: false }));
  }
  const earlier = known.patchedIn === runId ? patchDaysIn(known.patchedDays) : undefined;
  const days = mergedPatchDays([earlier, newlyPatched(known.findings, findings)]);
  const counted = { patchedIn: runId, patchedDays: JSON.stringify(days) };
  const { digest: patchDigest } = patch;
  const head = { ...known, ...counted, runId, patchDigest, patchSeenAt: at };
  return { next: { ...head, findings }, about: left };
}

/** Ends all findings of a tag that is gone. Returns undefined if that is done, or a later run saw it. */
export function withoutFindings(
  known: TagIndex | undefined,
  { runId, at, since }: { readonly runId: RunId; readonly at: Date; readonly since: Date },
): IndexChange | undefined {
  if (known === undefined || known.examinedAt >= since) return undefined;
  // After a crash in the first write of a tag, its rows may exist although no image is named.
  if (known.digest === undefined && (known.pending ?? []).length === 0) return undefined;
  return { next: { runId, examinedAt: at, findings: new Map() }, about: new Map() };
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
