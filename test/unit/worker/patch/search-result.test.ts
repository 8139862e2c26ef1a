import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import {
  type BlockedPackage,
  type BlockReason,
  MAX_BLOCKED,
} from '../../../../lib/job/blocked-package.ts';
import { PatchJobFile } from '../../../../lib/job/job-file.ts';
import { PatchImageResult } from '../../../../lib/job/job-result.ts';
import { type SearchEnd, searchResult } from '../../../../worker/patch/search-result.ts';
import { patchJobFile } from '../support/jobs.ts';

const STAGED = digestOf('staged');

function resultOf(blocked: readonly BlockedPackage[], end: SearchEnd = {}) {
  const [image] = PatchJobFile.parse(patchJobFile('registry.test', 1)).images;
  if (image === undefined) throw new Error('the job has no image');
  const result = searchResult(image, { good: [], pending: [], blocked }, end);
  PatchImageResult.parse(result);
  return result;
}

const because = (...reasons: readonly BlockReason[]) =>
  reasons.map((reason, at) => ({ package: `p${at}`, reason }));

it('is patched, with the packages that were left out', () => {
  const blocked = because('dependency');

  expect(resultOf([], { staged: STAGED })).toMatchObject({ outcome: 'patched', staged: STAGED });
  expect(resultOf([], { staged: STAGED })).not.toHaveProperty('blocked');
  expect(resultOf(blocked, { staged: STAGED })).toMatchObject({ outcome: 'patched', blocked });
});

it('is nothing-to-do if every package is left out for a lasting reason', () => {
  const blocked = because('dependency', 'held', 'vendor-maintained');

  expect(resultOf(blocked)).toMatchObject({ outcome: 'nothing-to-do', blocked });
});

it.each([
  [['dependency', 'source-unreachable', 'source-gone'], 'package-source-unreachable'],
  [['update-failed', 'source-gone'], 'package-source-gone'],
  [['dependency', 'update-failed'], 'package-manager-failed'],
  [['configuration-file'], 'package-manager-failed'],
  [['not-tried'], 'package-manager-failed'],
] as const)('after %j fails as %s', (reasons, failure) => {
  expect(resultOf(because(...reasons))).toMatchObject({ outcome: 'failed', failure });
});

it('quotes the last output only if the package manager failed', () => {
  const message = 'E: broken packages';

  expect(resultOf(because('update-failed'), { message })).toMatchObject({
    message: 'E: broken packages; p0 (update-failed)',
  });
  expect(resultOf(because('source-gone'), { message })).toMatchObject({
    message: 'p0 (source-gone)',
  });
});

it('fails if more packages are left out than a result can hold, even with a patch', () => {
  const many = because(...Array.from({ length: MAX_BLOCKED + 1 }, () => 'held' as const));

  expect(resultOf(many.slice(1), { staged: STAGED })).toMatchObject({ outcome: 'patched' });
  expect(resultOf(many, { staged: STAGED })).toMatchObject({
    outcome: 'failed',
    failure: 'package-manager-failed',
    message: expect.stringMatching(/^151 packages /),
  });
});

it('keeps the details of only the first 20 packages, each cut to 300 characters', () => {
  const blocked = because(...Array.from({ length: 30 }, () => 'held' as const)).map((one) => ({
    ...one,
    detail: 'x'.repeat(1000),
  }));

  const result = resultOf(blocked, { staged: STAGED });

  const details = result.outcome === 'patched' ? (result.blocked ?? []) : [];
  expect(details.map(({ detail }) => detail?.length)).toEqual(
    Array.from({ length: 30 }, (_, at) => (at < 20 ? 300 : undefined)),
  );
});
