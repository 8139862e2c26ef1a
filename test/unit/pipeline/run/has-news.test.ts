import { expect, it } from 'vitest';
import { Digest } from '../../../../lib/image/digest.ts';
import type { Run } from '../../../../lib/pipeline/records/run.ts';
import { hasNews } from '../../../../lib/pipeline/run/has-news.ts';
import { newRun } from '../new-run.ts';

const DATABASE = Digest.parse(`sha256:${'a'.repeat(64)}`);

it.each<readonly [string, Partial<Run>]>([
  ['it ended', { state: 'completed' }],
  ['an image was patched', { patched: 1 }],
  ['a patch was rejected', { rejected: 1 }],
  ['an image failed', { failed: 1 }],
  ['no builder works', { builderCall: 'chroot' }],
  ['its database is known', { databaseDigest: DATABASE }],
])('a run has news if %s', (_, changes) => {
  expect(hasNews(newRun(), newRun(changes))).toBe(true);
});

it('a run has no news if only its progress changed', () => {
  const progress = { wake: 3, targets: 5, active: 4, clean: 2, skipped: 1, waiting: 1 };

  expect(hasNews(newRun(), newRun(progress))).toBe(false);
});
