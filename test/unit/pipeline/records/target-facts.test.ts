import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { targetFacts } from '../../../../lib/pipeline/records/target-facts.ts';
import { target } from '../run/run-samples.ts';

const [DISCOVERED, SCANNED, VERIFIED, FINISHED] = [0, 5, 8, 9].map(
  (minute) => new Date(Date.UTC(2026, 10, 23, 2, minute)),
) as [Date, Date, Date, Date];
const SOURCE = digestOf('source');
const [FIRST, NEWEST] = [digestOf('first'), digestOf('newest')];
const TIMES = { discoveredAt: DISCOVERED, scannedAt: SCANNED, finishedAt: FINISHED };
const BEFORE = {
  beforeCritical: 1,
  beforeHigh: 2,
  beforeMedium: 3,
  beforeLow: 4,
  beforeUnknown: 5,
  beforeFixable: 6,
};
const AFTER = {
  verifiedAt: VERIFIED,
  afterCritical: 11,
  afterHigh: 12,
  afterMedium: 13,
  afterLow: 14,
  afterUnknown: 15,
  afterFixable: 16,
};
const EARLIER = {
  earlierTag: Tag.parse('v1-2'),
  earlierDigest: NEWEST,
  earlierCritical: 21,
  earlierHigh: 22,
  earlierMedium: 23,
  earlierLow: 24,
  earlierUnknown: 25,
  earlierFixable: 26,
};
const PUBLISHED = { patchTag: Tag.parse('v1-2'), patchDigest: NEWEST };
const KNOWN = [FIRST, NEWEST].map((digest, at) => ({
  tag: Tag.parse(`v1-${at + 1}`),
  digest,
  sourceDigest: SOURCE,
  fingerprint: 'f',
}));

function factsOf(changes: Partial<Target>) {
  const ended = target('a', 'v1', { state: 'clean', digest: SOURCE, ...TIMES, ...changes });
  return targetFacts({ ...ended, tag: Tag.parse('v1') });
}

describe('the presence of a tag', () => {
  it('is as the discovery found it', () => {
    expect(factsOf({ sourceDigest: SOURCE, isPatch: true }).presence).toEqual({
      present: true,
      presentAt: DISCOVERED,
      digest: SOURCE,
      sourceDigest: SOURCE,
      isPatch: true,
    });
  });

  it('has ended if the discovery did not find it', () => {
    expect(factsOf({ state: 'skipped', reason: 'not-found' }).presence).toMatchObject({
      present: false,
      goneAt: DISCOVERED,
    });
  });
});

describe('the ending of a tag', () => {
  it('is known since the target ended', () => {
    const { ending } = factsOf({ state: 'failed', reason: 'timeout', detail: 'why' });

    const { runId } = target('a', 'v1');
    expect(ending).toEqual({
      state: 'failed',
      reason: 'timeout',
      detail: 'why',
      runId,
      at: FINISHED,
    });
  });

  it.each([
    'canceled',
    'dry-run',
    'internal-error',
    'registry-error',
    'run-deadline',
    'run-over',
  ] as const)('is known since the scan, or the discovery, if the run only looked: %s', (reason) => {
    expect(factsOf({ reason }).ending.at).toEqual(SCANNED);
    expect(factsOf({ reason, scannedAt: undefined }).ending.at).toEqual(DISCOVERED);
  });

  it('is known since the discovery if the target has no end', () => {
    expect(factsOf({ finishedAt: undefined }).ending.at).toEqual(DISCOVERED);
  });
});

describe('the findings of a tag', () => {
  it('are those of the scan of its source', () => {
    expect(factsOf(BEFORE).findings).toEqual({
      counts: 'known',
      critical: 1,
      high: 2,
      medium: 3,
      low: 4,
      unknown: 5,
      fixable: 6,
      scannedAt: SCANNED,
    });
  });

  it('are unknown if the scan counted none', () => {
    expect(factsOf({}).findings).toEqual({ counts: 'unknown', scannedAt: SCANNED });
  });

  it('are those of the newest patch, if the tag names it', () => {
    const patch = { ...BEFORE, isPatch: true, digest: NEWEST };

    expect(factsOf({ ...patch, ...EARLIER }).findings).toEqual({
      counts: 'known',
      critical: 21,
      high: 22,
      medium: 23,
      low: 24,
      unknown: 25,
      fixable: 26,
      scannedAt: SCANNED,
    });
    expect(factsOf({ ...patch, patches: KNOWN }).findings.counts).toBe('unknown');
    expect(factsOf({ ...patch, digest: FIRST, ...EARLIER }).findings).toEqual({
      counts: 'unknown',
      scannedAt: SCANNED,
    });
  });
});

describe('the newest patch of a tag', () => {
  const verified = {
    ...PUBLISHED,
    patchSeenAt: FINISHED,
    patchCounts: 'known',
    patchCritical: 11,
    patchHigh: 12,
    patchMedium: 13,
    patchLow: 14,
    patchUnknown: 15,
    patchFixable: 16,
    patchScannedAt: VERIFIED,
  };
  const recounted = {
    ...PUBLISHED,
    patchSeenAt: DISCOVERED,
    patchCounts: 'known',
    patchCritical: 21,
    patchHigh: 22,
    patchMedium: 23,
    patchLow: 24,
    patchUnknown: 25,
    patchFixable: 26,
    patchScannedAt: SCANNED,
  };

  it.each([
    [
      'the one of this run, with its verification',
      { state: 'patched', ...PUBLISHED, ...AFTER },
      verified,
    ],
    [
      'the one of this run before an earlier one',
      { state: 'patched', ...PUBLISHED, ...AFTER, ...EARLIER, earlierDigest: FIRST },
      verified,
    ],
    [
      'one that this run adopted after the tables were lost',
      { state: 'already-patched', claimed: true, staged: NEWEST, ...PUBLISHED, ...AFTER },
      verified,
    ],
    [
      'one that another run published, seen at the discovery, with the verification of this run',
      { state: 'already-patched', ...PUBLISHED, ...AFTER },
      { ...verified, patchSeenAt: DISCOVERED },
    ],
    ['the earlier one with which the target ends', { ...PUBLISHED, ...EARLIER }, recounted],
    [
      'an earlier one, with its findings by the new scan',
      { ...EARLIER, patches: KNOWN },
      recounted,
    ],
    [
      'an earlier one whose findings are unknown',
      { earlierTag: EARLIER.earlierTag, earlierDigest: NEWEST, patches: KNOWN },
      {
        ...PUBLISHED,
        patchSeenAt: DISCOVERED,
        patchCounts: 'unknown',
        patchScannedAt: SCANNED,
      },
    ],
    [
      'one that another run published',
      { state: 'already-patched', ...PUBLISHED, ...EARLIER, earlierDigest: FIRST },
      { ...PUBLISHED, patchSeenAt: DISCOVERED, patchCounts: 'unknown' },
    ],
    [
      'the last one that the discovery found',
      { patches: KNOWN },
      { ...PUBLISHED, patchSeenAt: DISCOVERED, patchCounts: 'unknown' },
    ],
    ['none', {}, { patchSeenAt: DISCOVERED }],
  ] satisfies [string, Partial<Target>, object][])('is %s', (_, changes, patch) => {
    expect(factsOf(changes).patch).toEqual(patch);
  });

  it('has no fixable finding if an earlier version did not count them', () => {
    const { afterFixable: _, ...counted } = AFTER;

    expect(factsOf({ ...PUBLISHED, ...counted }).patch.patchFixable).toBe(0);
  });
});

it.each([
  ['the newest', NEWEST, 'v1-patched'],
  ['an older one', FIRST, undefined],
])('the floating tag points to the patch if it is %s of those that have all tags', (...row) => {
  const [, patchDigest, patchFloatingTag] = row;
  const { patch } = factsOf({ patches: KNOWN, patchDigest, alsoFloating: 'floating' });

  expect(patch.patchFloatingTag).toBe(patchFloatingTag);
});
