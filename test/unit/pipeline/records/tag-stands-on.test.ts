import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { tagStandsOn } from '../../../../lib/pipeline/records/tag-stands-on.ts';

const scan = new Date('2026-08-01T02:00:00Z');
const verified = new Date('2026-08-01T03:00:00Z');
const patchDigest = digestOf('a patch');
const trace = {
  state: 'patched',
  patchDigest,
  partitionKey: 'old',
  repository: RepositoryName.parse('team/api'),
  tag: Tag.parse('v1'),
  scannedAt: scan,
  verifiedAt: verified,
};
const later = { present: true, runId: 'later' };

it.each([
  ['its state is of that run', { ...later, runId: 'old' }, true],
  ['its findings are of that scan', { ...later, scannedAt: new Date(scan) }, true],
  ['those of its patch are of that verification', { ...later, patchScannedAt: verified }, true],
  ['those of its patch are of that scan', { ...later, patchScannedAt: scan }, true],
  ['its newest patch was made by that run', { ...later, patchDigest }, true],
  ['a later run made a patch', { ...later, patchDigest: digestOf('another') }, false],
  ['a later run found all of it', { ...later, scannedAt: verified }, false],
  ['it has no scan', later, false],
  ['it is gone', { present: false, runId: 'old', scannedAt: scan }, false],
  ['it is unknown', undefined, false],
])('a tag stands on a target if %s: %s', (_, known, expected) => {
  expect(tagStandsOn(known, trace)).toBe(expected);
});

it('a tag does not stand on a target that only saw the patch', () => {
  const saw = { ...trace, state: 'already-patched' };

  expect(tagStandsOn({ ...later, patchDigest }, saw)).toBe(false);
});

it('a scan that neither has is not the same', () => {
  const unscanned = { ...trace, scannedAt: undefined, verifiedAt: undefined };

  expect(tagStandsOn(later, unscanned)).toBe(false);
});
