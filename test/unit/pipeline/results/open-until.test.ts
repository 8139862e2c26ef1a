import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { OutOfTime, openUntil } from '../../../../lib/pipeline/results/open-until.ts';
import { secondsAfter } from '../../../../lib/pipeline/services.ts';
import { REPOSITORY, type Slowness, slowBlobs } from './slow-blobs.ts';

const BLOB = new Uint8Array(2048);

/** Reads the blob with 10 seconds for it. */
async function read(slowness: Slowness, { blobs = [BLOB], seconds = 10 } = {}) {
  const world = slowBlobs(slowness, blobs);
  const until = secondsAfter(world.clock.now(), seconds);
  const at = { repository: REPOSITORY, digest: digestOf(BLOB) };
  const run = async () => {
    const stream = await openUntil(world, at, until);
    let bytes = 0;
    for await (const chunk of stream ?? []) bytes += chunk.byteLength;
    return stream === undefined ? 'absent' : bytes;
  };
  return { limits: world.limits, end: await run().catch((error: unknown) => error) };
}

it('passes a blob on that comes in time, with a limit for the request', async () => {
  expect(await read({ chunkSeconds: 2 })).toEqual({ end: 2048, limits: [11_000] });
});

it.each<[string, Slowness]>([
  ['comes slowly but never stalls', { chunkSeconds: 4 }],
  ['stalls until the limit of its request', { stalls: true }],
  ['opens after the time', { openSeconds: 10 }],
])('ends a blob that %s', async (_, slowness) => {
  expect((await read(slowness)).end).toBeInstanceOf(OutOfTime);
});

it('requests nothing once the time is over', async () => {
  const { end, limits } = await read({}, { seconds: 0 });

  expect(end).toBeInstanceOf(OutOfTime);
  expect(limits).toEqual([]);
});

it('is undefined for a blob that is absent', async () => {
  expect((await read({}, { blobs: [] })).end).toBe('absent');
});

it.each(['opening', 'reading'])('throws an error of %s that comes in time', async (what) => {
  const world = slowBlobs({}, []);
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1);
    throw new Error('reset');
  }
  const openBlob = async () => {
    if (what === 'opening') throw new Error('reset');
    return broken();
  };
  const until = secondsAfter(world.clock.now(), 10);
  const at = { repository: REPOSITORY, digest: digestOf(BLOB) };

  const reading = (async () => {
    const stream = await openUntil({ clock: world.clock, registry: { openBlob } }, at, until);
    for await (const _ of stream ?? []) void _;
  })();

  await expect(reading).rejects.toThrow('reset');
});
