import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { MAX_RESULT_BYTES, ScanJobResult } from '../../../../lib/job/job-result.ts';
import { writeResult } from '../../../../worker/transfer/write-result.ts';
import { setUpWorker } from '../support/worker-setup.ts';

const base = {
  version: 1 as const,
  jobId: 'job-1',
  attempt: 1,
  startedAt: '2026-11-23T02:00:00Z',
  finishedAt: '2026-11-23T02:01:00Z',
  tools: {},
};

async function setUp() {
  const bodies: Uint8Array[] = [];
  const { context } = await setUpWorker({
    fetch: async (_, init) => {
      if (init?.body instanceof Uint8Array) bodies.push(init.body);
      return new Response(undefined, { status: 201 });
    },
  });
  const url = 'https://storage.test/result.json';
  return {
    bodies,
    write: (result: Parameters<typeof writeResult>[2]) => writeResult(context, url, result),
  };
}

const waiting = { digest: digestOf('waiting'), outcome: 'not-started' as const };
const failed = (message: string, count: number) =>
  Array.from({ length: count }, (_, at) => ({
    digest: digestOf(`image ${at}`),
    outcome: 'failed' as const,
    failure: 'tool-failed' as const,
    message,
  }));

const parsed = (bytes: Uint8Array | undefined) => JSON.parse(Buffer.from(bytes ?? []).toString());

it('stores a result as it is', async () => {
  const { bodies, write } = await setUp();
  const images = [...failed('x'.repeat(2000), 2), waiting];
  const result = { ...base, kind: 'scan' as const, advisoryPlatforms: ['debian 12'], images };

  expect(await write(result)).toEqual({ outcome: 'created' });
  expect(ScanJobResult.parse(parsed(bodies[0]))).toEqual(result);
});

it('shortens the messages of a result that is too large', async () => {
  const { bodies, write } = await setUp();
  // Three bytes for each character.
  const images = [...failed('\u20ac'.repeat(2000), 199), waiting];

  await write({ ...base, kind: 'scan', advisoryPlatforms: [], images });

  expect(bodies[0]?.length).toBeLessThanOrEqual(MAX_RESULT_BYTES);
  const stored = ScanJobResult.parse(parsed(bodies[0]));
  expect(stored.images).toHaveLength(200);
  expect(stored.images[0]).toMatchObject({ message: expect.stringMatching(/^.{100,200}$/) });
  expect(stored.images.at(-1)).toEqual(waiting);
});

it('refuses to store a result that its reader would refuse', async () => {
  const { bodies, write } = await setUp();
  const result = { ...base, attempt: 0, kind: 'scan' as const, advisoryPlatforms: [], images: [] };

  await expect(write(result)).rejects.toThrow('attempt');
  expect(bodies).toEqual([]);
});
