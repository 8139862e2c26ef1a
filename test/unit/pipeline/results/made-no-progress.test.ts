import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import type { ScanImageResult } from '../../../../lib/job/job-result.ts';
import { madeNoProgress } from '../../../../lib/pipeline/results/made-no-progress.ts';
import { scanResult } from '../job/result-samples.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const SOURCE = digestOf('source');
const STAGED = digestOf('staged');
const OTHER = digestOf('other');
const TARGET = target('a', 'v1', {
  state: 'verifying',
  sourceDigest: SOURCE,
  staged: STAGED,
  stagedRepository: RepositoryName.parse('patchwright/staging/a'),
});

const waited = (digest = OTHER): ScanImageResult => ({ digest, outcome: 'not-started' });
const failed = (digest: ScanImageResult['digest']): ScanImageResult => ({
  digest,
  outcome: 'failed',
  failure: 'timeout',
  message: 'too slow',
});

async function progressOf(kind: 'scan' | 'verify', images: ScanImageResult[]) {
  const world = new UnitWorld();
  await world.addRun();
  const { job } = await world.holdJob({ id: `${kind}-1`, kind, attempt: 1 }, [TARGET]);
  return !(await madeNoProgress(world.services, job, scanResult(job, { images })));
}

describe('a group makes progress', () => {
  it.each([
    ['it started all images', [failed(SOURCE)]],
    ['it started an image of its job, and another one waited', [failed(SOURCE), waited()]],
    [
      'it started an image of its job beside one that is not of the job',
      [failed(OTHER), failed(SOURCE), waited(digestOf('third'))],
    ],
    ['all images of its result were started, although none is of its job', [failed(OTHER)]],
  ])('if %s', async (_, images) => {
    expect(await progressOf('scan', images)).toBe(true);
  });
});

describe('a group makes no progress', () => {
  it.each([
    ['its result has no image', []],
    ['it started no image', [waited(SOURCE), waited()]],
    ['an image of its job waited for one that is not of the job', [waited(SOURCE), failed(OTHER)]],
  ])('if %s', async (_, images) => {
    expect(await progressOf('scan', images)).toBe(false);
  });
});

it('expects the staged patches in the result of a verify job', async () => {
  expect(await progressOf('verify', [failed(STAGED), waited()])).toBe(true);
  expect(await progressOf('verify', [failed(SOURCE), waited()])).toBe(false);
});
