import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { missedBy, withMissed } from '../../../../lib/pipeline/records/missed-targets.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import type { IndexedFinding, TagIndex } from '../../../../lib/pipeline/records/tag-index.ts';

const DAY_MS = 24 * 3600 * 1000;
const START = new Date('2026-11-01T02:00:00Z');
const TARGETS = { critical: 7, high: 30 };
const dayOf = (day: number) => new Date(START.getTime() + day * DAY_MS);
const runOf = (day: number) => RunId.parse(`202611${String(day).padStart(2, '0')}T020000Z-7f3a`);

function index(state: IndexedFinding['state'], known?: TagIndex): TagIndex {
  const finding = (severity: IndexedFinding['severity']): IndexedFinding => ({
    ...{ severity, state, seenSince: START, fixSince: START, patchedAt: undefined, about: '' },
  });
  const findings = new Map([
    ['CVE-1', finding('critical')],
    ['CVE-2', finding('low')],
  ]);
  return { ...known, runId: runOf(1), examinedAt: START, digest: digestOf('x'), findings };
}

/** The index after a run at this day in which the findings had this state. */
function indexAfter(
  known: TagIndex | undefined,
  day: number,
  state: IndexedFinding['state'] = 'open',
  runId = runOf(day),
) {
  const change = { next: index(state, known), about: new Map() };
  const found = withMissed(known, change, { runId, at: dayOf(day), targets: TARGETS });
  return { next: found?.next, missed: missedBy(found?.next, runId) };
}

describe('a missed target', () => {
  it('is found by the first run after it, and by no later one', () => {
    const seventh = indexAfter(undefined, 7);
    const eighth = indexAfter(seventh.next, 8);
    const ninth = indexAfter(eighth.next, 9);

    expect([seventh, eighth, ninth].map(({ missed }) => missed)).toEqual([[], ['critical'], []]);
  });

  it('is found again by a step that is repeated, also after another run came between', () => {
    const first = indexAfter(undefined, 8);
    const between = indexAfter(first.next, 8, 'open', runOf(9));

    expect(indexAfter(first.next, 8).missed).toEqual(['critical']);
    expect(between.missed).toEqual([]);
    expect(indexAfter(between.next, 8).missed).toEqual(['critical']);
  });

  it('is taken back if the same run patches the findings, and found again if they come back', () => {
    const found = indexAfter(undefined, 8);
    const patched = indexAfter(found.next, 8, 'fixed');
    const again = indexAfter(patched.next, 12);

    expect(patched.missed).toEqual([]);
    expect(again.missed).toEqual(['critical']);
  });
});

it('makes no change of its own', () => {
  const run = { runId: runOf(9), at: dayOf(9), targets: TARGETS };

  expect(withMissed(index('open'), undefined, run)).toBeUndefined();
});
