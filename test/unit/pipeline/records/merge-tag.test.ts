import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import { withTarget } from '../../../../lib/pipeline/records/merge-tag.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { target } from '../run/run-samples.ts';

const RUN_B = RunId.parse('20261124T020000Z-86c8');
const DIGEST = digestOf('image');
const BEFORE = {
  beforeCritical: 8,
  beforeHigh: 7,
  beforeMedium: 6,
  beforeLow: 5,
  beforeUnknown: 4,
  beforeFixable: 3,
};
const AFTER = {
  afterCritical: 0,
  afterHigh: 1,
  afterMedium: 0,
  afterLow: 2,
  afterUnknown: 0,
  afterFixable: 0,
};
const PATCH = { patchTag: Tag.parse('v1-1'), patchDigest: digestOf('patch') };
const KNOWN_PATCH = {
  tag: PATCH.patchTag,
  digest: PATCH.patchDigest,
  sourceDigest: digestOf('source'),
  fingerprint: 'f',
};

/** Returns the time this number of minutes after the start of the first run. */
function at(minutes: number): Date {
  return new Date(Date.UTC(2026, 10, 23, 2, minutes));
}

function ended(changes: Partial<Target> = {}) {
  const times = { discoveredAt: at(0), scannedAt: at(5), finishedAt: at(6) };
  const tag = Tag.parse('v1');
  return { ...target('a', 'v1', { state: 'clean', digest: DIGEST, ...times, ...changes }), tag };
}

const patched = (changes: Partial<Target> = {}) =>
  ended({
    ...BEFORE,
    ...AFTER,
    ...PATCH,
    state: 'patched',
    verifiedAt: at(20),
    finishedAt: at(21),
    ...changes,
  });

function recordOf(found: ReturnType<typeof ended>) {
  const record = withTarget(undefined, found);
  if (record === undefined) throw new Error('nothing is recorded');
  return record;
}

it('counts the findings of the tag and of its patch separately', () => {
  expect(recordOf(patched())).toMatchObject({
    counts: 'known',
    critical: 8,
    fixable: 3,
    scannedAt: at(5),
    ...PATCH,
    patchCounts: 'known',
    patchCritical: 0,
    patchHigh: 1,
    patchScannedAt: at(20),
  });
});

it('tells how many packages the counts stand for', () => {
  const covered = { packagesCovered: 90, packagesUncovered: 2 };

  expect(recordOf(ended({ ...BEFORE, ...covered }))).toMatchObject({ counts: 'known', ...covered });
  expect(recordOf(ended({ packagesCovered: 0, packagesUncovered: 4 }))).toMatchObject({
    counts: 'unknown',
    packagesUncovered: 4,
  });
});

it('keeps what is known of a tag that a run could not read, and says how that run ended', () => {
  const known = recordOf(ended({ ...BEFORE, patches: [KNOWN_PATCH] }));
  const unread = ended({
    state: 'failed',
    reason: 'registry-error',
    digest: undefined,
    scannedAt: undefined,
    discoveredAt: at(60),
    finishedAt: at(60),
  });

  expect(withTarget(known, unread)).toEqual({
    ...known,
    state: 'failed',
    reason: 'registry-error',
    at: at(60),
    change: 'new, outcome',
    changedAt: at(60),
  });
});

it('keeps the patch of an image that a later run could not read', () => {
  const known = recordOf(ended({ ...BEFORE, patches: [KNOWN_PATCH] }));
  const unread = ended({
    state: 'failed',
    reason: 'registry-error',
    sourceDigest: undefined,
    scannedAt: undefined,
    discoveredAt: at(60),
    finishedAt: at(60),
  });

  expect(withTarget(known, unread)).toMatchObject({
    state: 'failed',
    presentAt: at(60),
    sourceDigest: known.sourceDigest,
    patchTag: known.patchTag,
    patchDigest: known.patchDigest,
    counts: 'known',
    scannedAt: known.scannedAt,
  });
});

it('learns the source of an image from an earlier run, if a later one could not read it', () => {
  const unread = {
    reason: 'registry-error',
    sourceDigest: undefined,
    discoveredAt: at(60),
  } as const;
  const known = recordOf(ended({ ...BEFORE, ...unread, state: 'failed', scannedAt: undefined }));

  const record = withTarget(known, ended({ finishedAt: at(120) }));

  expect(known.sourceDigest).toBeUndefined();
  expect(record).toMatchObject({ presentAt: at(60), sourceDigest: ended({}).sourceDigest });
});

it.each([
  ['that was not scanned', ended({ state: 'skipped', reason: 'multi-arch', scannedAt: undefined })],
  ['of a system without advisories', ended({ state: 'skipped', reason: 'no-advisory-data' })],
])('marks the counts of an image %s as unknown', (_what, found) => {
  const record = recordOf(found);

  expect(record.counts).toBe('unknown');
  expect(record.critical).toBeUndefined();
});

it('records nothing for a tag that never existed', () => {
  const missing = ended({ state: 'skipped', reason: 'not-found', digest: undefined });

  expect(withTarget(undefined, missing)).toBeUndefined();
});

it('records the time when a tag was found deleted, and drops its findings', () => {
  const missing = { state: 'skipped', reason: 'not-found', digest: undefined } as const;
  const gone = withTarget(recordOf(patched()), ended({ ...missing, discoveredAt: at(1440) }));

  expect(gone).toMatchObject({
    present: false,
    goneAt: at(1440),
    counts: 'unknown',
    digest: DIGEST,
  });
  expect(gone?.critical).toBeUndefined();
  expect(gone?.patchTag).toBeUndefined();
});

describe('a second record of the same target', () => {
  it('changes nothing', () => {
    expect(withTarget(recordOf(patched()), patched())).toBeUndefined();
  });

  it('changes nothing after a later run has recorded the tag', () => {
    const later = { runId: RUN_B, discoveredAt: at(1440), scannedAt: at(1441) };
    const next = withTarget(recordOf(patched()), ended({ ...later, finishedAt: at(1442) }));

    expect(next && withTarget(next, patched())).toBeUndefined();
  });
});

describe('a later run', () => {
  const times = { discoveredAt: at(1440), scannedAt: at(1445), finishedAt: at(1446) };
  const later = { runId: RUN_B, ...times, patches: [KNOWN_PATCH] };

  it('recounts the tag and its patch', () => {
    const already = ended({
      ...BEFORE,
      ...later,
      ...PATCH,
      state: 'already-patched',
      beforeCritical: 10,
      earlierTag: PATCH.patchTag,
      earlierDigest: PATCH.patchDigest,
      earlierCritical: 2,
    });

    expect(withTarget(recordOf(patched()), already)).toMatchObject({
      critical: 10,
      scannedAt: at(1445),
      ...PATCH,
      patchCritical: 2,
      patchScannedAt: at(1445),
    });
  });

  it('keeps the counts and their time if it did not scan the image', () => {
    const failed = ended({ ...later, state: 'failed', reason: 'timeout', scannedAt: undefined });

    expect(withTarget(recordOf(patched()), failed)).toMatchObject({
      reason: 'timeout',
      critical: 8,
      scannedAt: at(5),
      patchCritical: 0,
      patchScannedAt: at(20),
      presentAt: at(1440),
    });
  });

  it('drops the counts and the patch if the tag points to another image', () => {
    const windows = { state: 'skipped', reason: 'windows', scannedAt: undefined } as const;
    const moved = ended({ ...later, ...windows, patches: [], digest: digestOf('another') });

    expect(withTarget(recordOf(patched()), moved)).toMatchObject({ counts: 'unknown' });
    expect(withTarget(recordOf(patched()), moved)?.patchTag).toBeUndefined();
  });

  it('drops a patch that was deleted', () => {
    const record = withTarget(recordOf(patched()), ended({ ...later, patches: [], ...BEFORE }));

    expect(record?.patchDigest).toBeUndefined();
    expect(record?.patchCritical).toBeUndefined();
  });
});

describe('runs that overlap', () => {
  it('keep the published patch if a dry run inspected the tag before and ends later', () => {
    const dry = { runId: RUN_B, discoveredAt: at(2), scannedAt: at(7), finishedAt: at(30) };
    const planned = ended({ ...BEFORE, ...dry, state: 'planned', reason: 'dry-run' });
    const inOrder = withTarget(recordOf(patched()), planned);
    const reversed = withTarget(recordOf(planned), patched());

    for (const record of [inOrder, reversed]) {
      expect(record).toMatchObject({ state: 'patched', ...PATCH, scannedAt: at(7) });
    }
  });

  it('keep the newer patch if the older run verifies a patch that was published before it', () => {
    const newer = { patchTag: Tag.parse('v1-2'), patchDigest: digestOf('newer patch') };
    const times = { discoveredAt: at(2), verifiedAt: at(40), finishedAt: at(41) };
    const published = patched({ ...times, ...newer, runId: RUN_B });
    const again = { verifiedAt: at(50), finishedAt: at(51) };
    const already = patched({ ...again, state: 'already-patched' });

    expect(withTarget(recordOf(published), already)).toMatchObject({
      state: 'already-patched',
      ...newer,
      patchScannedAt: at(40),
    });
    expect(withTarget(recordOf(already), published)).toMatchObject(newer);
  });

  it('keep a patch that one of them adopted if the other did not know it', () => {
    const other = recordOf(ended({ runId: RUN_B, discoveredAt: at(2) }));
    const adopted = { claimed: true, staged: PATCH.patchDigest, state: 'already-patched' } as const;

    expect(withTarget(other, patched(adopted))).toMatchObject(PATCH);
  });

  it('keep the outcome of the run that held the image while another waited', () => {
    const waited = { runId: RUN_B, discoveredAt: at(2), scannedAt: undefined, finishedAt: at(700) };
    const held = ended({ ...waited, state: 'waiting', reason: 'held-by-another-run' });

    expect(withTarget(recordOf(patched()), held)).toMatchObject({ state: 'patched', critical: 8 });
  });

  it('ignore an image to which the tag no longer points', () => {
    const pushed = { discoveredAt: at(10), digest: digestOf('another'), finishedAt: at(12) };
    const record = recordOf(ended({ ...pushed, runId: RUN_B }));

    expect(withTarget(record, patched())).toBeUndefined();
  });

  it('ignore the outcome of an older run that ends later without a scan', () => {
    const late = { state: 'skipped', reason: 'run-over', scannedAt: undefined } as const;
    const record = withTarget(
      recordOf(patched({ runId: RUN_B, discoveredAt: at(2) })),
      ended({ ...late, finishedAt: at(100) }),
    );

    expect(record).toBeUndefined();
  });
});

describe('a tag that names a patch of ours', () => {
  const already = {
    ...BEFORE,
    ...PATCH,
    isPatch: true,
    digest: PATCH.patchDigest,
    state: 'already-patched',
  } as const;

  it('has the findings of that patch, and not those of its source', () => {
    const earlier = { earlierDigest: PATCH.patchDigest, earlierCritical: 2, earlierFixable: 0 };

    expect(recordOf(ended({ ...already, ...earlier }))).toMatchObject({
      counts: 'known',
      critical: 2,
      fixable: 0,
    });
  });

  it('has unknown counts if nothing counted that patch', () => {
    expect(recordOf(ended(already)).counts).toBe('unknown');
    expect(recordOf(ended(already)).critical).toBeUndefined();
  });
});
