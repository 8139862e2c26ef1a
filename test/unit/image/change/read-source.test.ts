import { describe, expect, it } from 'vitest';
import { mergeLayers } from '../../../../lib/image/change/added-files.ts';
import { readSource } from '../../../../lib/image/change/read-source.ts';
import { entryOf, layerOf } from '../layer/layer-entries.ts';
import { streamOf, tarOf } from '../layer/layer-samples.ts';

const ADDED = mergeLayers([layerOf(['etc/x', 'etc/y'].map((path) => entryOf(path)))]);
const never = () => false;

function layerWith(...names: readonly string[]) {
  return async () => streamOf(await tarOf(names.map((name) => ({ name, text: name }))));
}

it('reads all layers, of which the first is the highest', async () => {
  const layers = [layerWith('etc/.wh.x'), layerWith('etc/x', 'etc/y')];

  const { files, complete } = await readSource(layers, ADDED, never);

  expect([...files.files.keys()]).toEqual(['etc/y']);
  expect(complete).toBe(true);
});

describe('a source is incomplete, and its other layers are read, if a layer', () => {
  it.each<[string, () => Promise<AsyncIterable<Uint8Array> | undefined>]>([
    ['is missing', async () => undefined],
    ['is no archive', async () => streamOf(Buffer.from('no archive'))],
  ])('%s', async (_, layer) => {
    const { files, complete } = await readSource([layer, layerWith('etc/x')], ADDED, never);

    expect([...files.files.keys()]).toEqual(['etc/x']);
    expect(complete).toBe(false);
  });
});

it('opens no layer when the time is over', async () => {
  let opened = 0;
  const open = () => {
    opened += 1;
    return layerWith('etc/x')();
  };

  const { complete } = await readSource([open, open], ADDED, () => opened > 0);

  expect(complete).toBe(false);
  expect(opened).toBe(1);
});

it('stops within a layer when the time is over', async () => {
  let passed = 0;
  async function* slow() {
    for await (const chunk of await layerWith('etc/x')()) {
      passed += 1;
      yield chunk;
    }
  }

  const { files, complete } = await readSource([async () => slow()], ADDED, () => passed > 0);

  expect(complete).toBe(false);
  expect(files.files.size).toBe(0);
});

it('throws the error of a stream that fails', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(512);
    throw new Error('reset');
  }

  await expect(readSource([async () => failing()], ADDED, never)).rejects.toThrow('reset');
});

it('is incomplete if a download stalls until no more time may be spent', async () => {
  let isLate = false;
  async function* stalled(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(512);
    isLate = true;
    throw new Error('aborted');
  }

  const { complete } = await readSource([async () => stalled()], ADDED, () => isLate);

  expect(complete).toBe(false);
});
