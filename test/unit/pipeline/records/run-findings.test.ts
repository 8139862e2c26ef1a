import { expect, it } from 'vitest';
import { Digest, digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { runFindings } from '../../../../lib/pipeline/records/run-findings.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';

function target(image: string, tag: string, changes: Partial<Target>): Target {
  return {
    id: `${image}:${tag}`,
    runId: RunId.parse('20261123T020000Z-14f7'),
    repository: RepositoryName.parse('team/api'),
    tag: Tag.parse(tag),
    state: 'clean',
    sourceDigest: Digest.parse(digestOf(image)),
    patches: [],
    job: '',
    round: 0,
    attempts: 0,
    discoveredAt: new Date('2026-11-23T02:00:00Z'),
    ...changes,
  };
}

it('sums what patches removed and what remains, each image once', () => {
  const before = { beforeCritical: 1, beforeHigh: 5, beforeMedium: 0, beforeLow: 0 };
  const after = { afterCritical: 0, afterHigh: 2, afterMedium: 0, afterLow: 0 };
  const patched = { state: 'patched', ...before, ...after } as const;

  expect(
    runFindings([
      target('one', '1', { state: 'failed', ...before }),
      target('one', '1.0', patched),
      target('one', '1.0.0', patched),
      target('other', '2', { state: 'rejected', beforeCritical: 0, beforeHigh: 4 }),
    ]),
  ).toMatchObject({ removedCritical: 1, removedHigh: 3, remainingCritical: 0, remainingHigh: 6 });
});

it('counts an image with an earlier patch by the findings of that patch', () => {
  const earlier = { earlierCritical: 0, earlierHigh: 1 };
  const counts = { beforeCritical: 2, beforeHigh: 2, ...earlier };

  expect(runFindings([target('one', '1', { state: 'already-patched', ...counts })])).toMatchObject({
    removedHigh: 0,
    remainingCritical: 0,
    remainingHigh: 1,
  });
});

it('does not count an image whose findings are unknown', () => {
  const { patchDays, ...sums } = runFindings([target('one', '1', { state: 'failed' })]);

  expect(Object.values(sums).every((sum) => sum === 0)).toBe(true);
  expect(patchDays).toEqual({});
});

it('counts the time to patch of an image with several tags once', () => {
  const patchDays = { high: { hours: 30, days: { 2: 1 } } };
  const tags = ['1', '1.4'].map((tag) => target('one', tag, { state: 'patched', patchDays }));
  const other = target('other', '2', { state: 'patched', patchDays });

  expect(runFindings([...tags, other]).patchDays).toEqual({ high: { hours: 60, days: { 2: 2 } } });
});
