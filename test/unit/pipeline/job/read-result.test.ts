import { expect, it } from 'vitest';
import { MAX_RESULT_BYTES } from '../../../../lib/job/job-result.ts';
import { readResult } from '../../../../lib/pipeline/job/read-result.ts';
import { type Job, resultBlobOf } from '../../../../lib/pipeline/records/job.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { job } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { scanResult } from './result-samples.ts';

const SCAN = job('scan-1');
const RESULT = scanResult(SCAN);

async function read(content: unknown, of: Job = SCAN) {
  const world = new UnitWorld();
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  const name = resultBlobOf(of, 'worker');
  await world.blobs.create(CONTAINERS.results, name, bytes, 'application/json');
  return readResult(world.services, of, 'worker');
}

it('finds nothing before the container has written its result', async () => {
  expect(await readResult(new UnitWorld().services, SCAN, 'worker')).toBeUndefined();
});

it.each(['scan', 'verify'] as const)('reads the result of a scan for a %s job', async (kind) => {
  expect(await read(RESULT, { ...SCAN, kind })).toMatchObject({
    ok: true,
    value: { kind: 'scan' },
  });
});

it.each([
  ['another job', { ...RESULT, jobId: 'scan-2' }, 'the result names another attempt'],
  ['another attempt', { ...RESULT, attempt: 2 }, 'the result names another attempt'],
  ['no JSON', 'x', 'the result is not JSON'],
  ['too many bytes', 'x'.repeat(MAX_RESULT_BYTES + 1), 'the result is too large'],
])('refuses a result of %s', async (_, content, fault) => {
  expect(await read(content)).toMatchObject({ ok: false, fault });
});

it('refuses a result of another kind', async () => {
  expect(await read(RESULT, { ...SCAN, kind: 'patch' })).toEqual({
    ok: false,
    fault: 'a patch job got a result of kind scan',
  });
});
