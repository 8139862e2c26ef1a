import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import {
  changedFindings,
  type Examination,
  isGoneSince,
  withExamination,
  withoutFindings,
  withPublication,
} from '../../../../lib/pipeline/records/examine-tag.ts';
import type { RowLimits } from '../../../../lib/pipeline/records/listed-findings.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import {
  packFindings,
  type TagIndex,
  unpackFindings,
} from '../../../../lib/pipeline/records/tag-index.ts';
import type { Vulnerability } from '../../../../lib/report/vulnerabilities.ts';

const runId = RunId.parse('20261123T020000Z-14f7');
const [image, other, patch] = [digestOf('image'), digestOf('other'), digestOf('patch')];
const night = (day: number) => new Date(Date.UTC(2026, 10, day, 2));

function vulnerability(id: string, fixedVersion = '1.1'): Vulnerability {
  return { id, severity: 'high', packages: 'libssl3', installed: '1.0', fixedVersion };
}

const FIXABLE = vulnerability('CVE-1');
const UNFIXABLE = vulnerability('CVE-2', '');

function scan(day: number, changes: Partial<Examination> = {}): Examination {
  const at = night(day);
  const source = [FIXABLE, UNFIXABLE];
  const names = { runId, digest: image, sourceDigest: image };
  return { ...names, at, patchSeenAt: at, source, patch: undefined, ...changes };
}

function examined(known: TagIndex | undefined, exam: Examination): TagIndex {
  const change = withExamination(known, exam);
  if (change === undefined) throw new Error('nothing changes');
  return change.next;
}

function published(known: TagIndex, day: number, findings: readonly Vulnerability[]): TagIndex {
  const about = { runId, at: night(day), sourceDigest: image, patch: { digest: patch, findings } };
  const change = withPublication(known, about);
  if (change === undefined) throw new Error('nothing changes');
  return change.next;
}

function statesIn({ findings }: TagIndex) {
  return Object.fromEntries([...findings].map(([id, { state }]) => [id, state]));
}

it('starts the clock of a finding when a fix is first seen, not when the finding is', () => {
  const first = examined(undefined, scan(1, { source: [UNFIXABLE] }));
  const second = examined(first, scan(5, { source: [vulnerability('CVE-2')] }));

  expect(first.findings.get('CVE-2')).toMatchObject({ state: 'open-no-fix', fixSince: undefined });
  expect(second.findings.get('CVE-2')).toMatchObject({
    state: 'open',
    seenSince: night(1),
    fixSince: night(5),
  });
});

it('stops the clock if a fix is withdrawn', () => {
  const first = examined(undefined, scan(1));
  const second = examined(first, scan(2, { source: [vulnerability('CVE-1', '')] }));

  expect(second.findings.get('CVE-1')).toMatchObject({ state: 'open-no-fix', fixSince: undefined });
});

it('counts what the published patch lacks as fixed, with the time', () => {
  const index = published(examined(undefined, scan(1)), 3, [UNFIXABLE]);

  expect(statesIn(index)).toEqual({ 'CVE-1': 'fixed', 'CVE-2': 'open-no-fix' });
  expect(index.findings.get('CVE-1')?.patchedAt).toEqual(night(3));
});

it('keeps the time of the patch when a later run finds the same patch', () => {
  const patched = published(examined(undefined, scan(1)), 3, [UNFIXABLE]);
  const later = examined(patched, scan(4, { patch: { digest: patch, findings: [UNFIXABLE] } }));

  expect(changedFindings(patched, later)).toEqual([]);
  expect(later.findings.get('CVE-1')?.patchedAt).toEqual(night(3));
});

it('opens the findings again if the patch is no longer there', () => {
  const patched = published(examined(undefined, scan(1)), 3, [UNFIXABLE]);

  expect(statesIn(examined(patched, scan(4)))['CVE-1']).toBe('open');
});

it('keeps the patch that another run published after this one had looked for patches', () => {
  const patched = published(examined(undefined, scan(1)), 3, [UNFIXABLE]);
  const source = [FIXABLE, UNFIXABLE, vulnerability('CVE-3')];
  const late = examined(patched, scan(4, { patchSeenAt: night(2), source }));

  expect(statesIn(late)).toEqual({ 'CVE-1': 'fixed', 'CVE-2': 'open-no-fix', 'CVE-3': 'open' });
});

it('counts the findings of the source as open if too little is known of its patch', () => {
  const index = examined(undefined, scan(1, { patch: { digest: patch, findings: undefined } }));

  expect(statesIn(index)).toEqual({ 'CVE-1': 'open', 'CVE-2': 'open-no-fix' });
});

it('ignores a scan that is older than the known one', () => {
  const known = examined(undefined, scan(2));

  expect(withExamination(known, scan(1))).toBeUndefined();
});

it('keeps the findings and their clocks if a scan tells nothing, of another image too', () => {
  const known = examined(undefined, scan(1));
  const blind = { source: undefined };

  expect(withExamination(known, scan(2, blind))).toBeUndefined();
  expect(withExamination(undefined, scan(2, blind))).toBeUndefined();
  expect(withExamination(known, scan(2, { ...blind, digest: other }))).toBeUndefined();
  const later = examined(known, scan(3, { digest: other, sourceDigest: other }));
  expect(later.findings.get('CVE-1')).toMatchObject({ state: 'open', fixSince: night(1) });
});

it('starts the clock anew if an image is pushed with what its last patch had fixed', () => {
  const patched = published(examined(undefined, scan(1)), 2, [UNFIXABLE]);
  const pushed = examined(patched, scan(28, { digest: other, sourceDigest: other }));
  const finding = pushed.findings.get('CVE-1');

  expect(finding).toMatchObject({ state: 'open', seenSince: night(1), fixSince: night(28) });
});

it('applies no patch of another image', () => {
  const known = examined(undefined, scan(1));
  const about = {
    runId,
    at: night(2),
    sourceDigest: other,
    patch: { digest: patch, findings: [] },
  };

  expect(withPublication(known, about)).toBeUndefined();
  expect(withPublication(undefined, about)).toBeUndefined();
});

it('ends the findings of a tag that is gone, once, unless a later run found it', () => {
  const known = examined(undefined, scan(3, { patchSeenAt: night(1) }));
  const gone = { runId, at: night(2) };
  const ended = withoutFindings(known, gone);

  expect(ended?.next.findings.size).toBe(0);
  expect(withoutFindings(ended?.next, { ...gone, at: night(4) })).toBeUndefined();
  const later = examined(undefined, scan(3));
  expect(withoutFindings(later, gone)).toBeUndefined();
});

it('ignores a run that found the tag before it was gone, however late it examines it', () => {
  for (const known of [undefined, examined(undefined, scan(1))]) {
    const gone = withoutFindings(known, { runId, at: night(2) })?.next;

    expect(withExamination(gone, scan(28, { patchSeenAt: night(1) }))).toBeUndefined();
    expect(isGoneSince(gone, night(1))).toBe(true);
    expect(statesIn(examined(gone, scan(28)))).toMatchObject({ 'CVE-1': 'open' });
    expect(isGoneSince(gone, night(28))).toBe(false);
  }
});

it('ends the rows that a crash in the first write of a tag may have left', () => {
  const begun = { runId, examinedAt: new Date(0), findings: new Map(), pending: ['CVE-1'] };
  const gone = { runId, at: night(3) };

  expect(isGoneSince(begun, night(1))).toBe(false);
  expect(withoutFindings(begun, gone)?.next.findings.size).toBe(0);
  expect(withoutFindings({ ...begun, pending: [] }, gone)).toBeUndefined();
});

it('changes every row of a tag that names another image, and else only those that differ', () => {
  const known = examined(undefined, scan(1));
  const same = examined(known, scan(2, { source: [FIXABLE, vulnerability('CVE-2')] }));

  expect(changedFindings(known, same)).toEqual(['CVE-2']);
  expect(changedFindings(known, examined(known, scan(2, { digest: other })))).toHaveLength(2);
  expect(changedFindings(known, examined(known, scan(2, { source: [] })))).toHaveLength(2);
});

it('reads the findings that it packed, whatever their ids are', () => {
  const source = [FIXABLE, UNFIXABLE, vulnerability('__proto__')];
  const { findings } = published(examined(undefined, scan(1, { source })), 3, [UNFIXABLE]);
  expect(findings.size).toBe(3);

  expect(unpackFindings(packFindings(findings))).toEqual(findings);
});

/** A tag with few rows, so that a short list is too long. */
const FEW: RowLimits = { worst: 3, most: 4 };
/** Worst first, as `vulnerabilitiesOf` sorts them. */
const list = (...ids: readonly string[]) => ids.map((id) => vulnerability(id));
const scanned = (known: TagIndex | undefined, day: number, ...ids: readonly string[]) =>
  withExamination(known, scan(day, { source: list(...ids) }), FEW)?.next ?? known;

it('keeps the row of a finding when worse ones come, and adds the worst until the tag has its most', () => {
  const first = scanned(undefined, 1, 'B-1', 'B-2', 'B-3', 'B-4');
  const worse = scanned(first, 2, 'A-1', 'A-2', 'B-1', 'B-2', 'B-3', 'B-4');

  expect(first).toMatchObject({ unlisted: 1 });
  expect([...(first?.findings.keys() ?? [])]).toEqual(['B-1', 'B-2', 'B-3']);
  expect(worse).toMatchObject({ unlisted: 2 });
  expect([...(worse?.findings.keys() ?? [])]).toEqual(['B-1', 'B-2', 'B-3', 'A-1']);
  expect(worse?.findings.get('B-3')).toMatchObject({ state: 'open', fixSince: night(1) });
});

it('keeps the clock of a finding while worse ones come and go', () => {
  const first = scanned(undefined, 1, 'B-1', 'B-2', 'B-3');
  const worse = scanned(first, 2, 'A-1', 'A-2', 'A-3', 'B-1', 'B-2', 'B-3');
  const back = scanned(worse, 3, 'B-1', 'B-2', 'B-3');

  expect(back?.findings).toEqual(first?.findings);
  expect(back?.unlisted).toBeUndefined();
});

it('ends the finding that an image no longer has, even if it was not among the worst', () => {
  const first = scanned(undefined, 1, 'B-1', 'B-2', 'B-3');
  const worse = scanned(first, 2, 'A-1', 'A-2', 'A-3', 'B-1', 'B-2', 'B-3');
  const mended = scanned(worse, 3, 'A-1', 'A-2', 'A-3', 'B-1', 'B-2');

  expect([...(mended?.findings.keys() ?? [])].sort()).toEqual(['A-1', 'A-2', 'B-1', 'B-2']);
});

it('counts as fixed only what the whole list of the patch lacks', () => {
  const source = list('B-1', 'B-2', 'B-3', 'B-4');
  const known = withExamination(undefined, scan(1, { source }), FEW)?.next;
  const left = { digest: patch, findings: list('A-1', 'A-2', 'A-3', 'B-3', 'B-4') };
  const about = { runId, at: night(2), sourceDigest: image, patch: left };
  const index = withPublication(known, about, FEW)?.next;
  const later = withExamination(index, scan(3, { source, patch: left }), FEW)?.next;

  const states = { 'A-1': 'open', 'B-1': 'fixed', 'B-2': 'fixed', 'B-3': 'open' };
  expect(index && statesIn(index)).toEqual(states);
  expect(index?.unlisted).toBe(3);
  expect(later && statesIn(later)).toEqual(states);
  expect(later?.unlisted).toBe(3);
});

it('keeps the rows that a crashed write may have left, if the image has these findings', () => {
  const first = scanned(undefined, 1, 'B-1');
  const crashed = first && { ...first, pending: ['B-2', 'B-9'] };
  const next = scanned(crashed, 2, 'A-1', 'A-2', 'A-3', 'B-1', 'B-2');

  expect([...(next?.findings.keys() ?? [])]).toEqual(['B-1', 'B-2', 'A-1', 'A-2']);
});

it('leaves a row of a crashed write to the next scan if a patch does not tell whether it is open', () => {
  const known = { ...examined(undefined, scan(1)), pending: ['CVE-1', 'CVE-8', 'CVE-9'] };
  const left = [vulnerability('CVE-8')];
  const about = {
    runId,
    at: night(2),
    sourceDigest: image,
    patch: { digest: patch, findings: left },
  };
  const change = withPublication(known, about);

  expect(change && statesIn(change.next)).toMatchObject({ 'CVE-1': 'fixed', 'CVE-8': 'open' });
  expect([...(change?.undecided ?? [])]).toEqual(['CVE-9']);
});
