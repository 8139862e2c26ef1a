import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { databaseTime } from '../../../lib/report/database-age.ts';
import { streamOf, type TarEntry, tarOf } from '../image/layer/layer-samples.ts';

const TIME = '2026-11-22T18:00:00.000Z';
const METADATA = JSON.stringify({ Version: 2, UpdatedAt: TIME });

async function timeIn(entries: readonly TarEntry[]): Promise<string | undefined> {
  const layer = gzipSync(await tarOf(entries));
  return (await databaseTime(streamOf(layer, 100)))?.toISOString();
}

it.each(['metadata.json', './metadata.json'])('reads the time from %s', async (name) => {
  expect(
    await timeIn([
      { name: 'trivy.db', text: 'x'.repeat(5000) },
      { name, text: METADATA },
    ]),
  ).toBe(TIME);
});

it.each<readonly [string, readonly TarEntry[]]>([
  ['without the file', [{ name: 'trivy.db', text: 'x' }]],
  ['with the file in a folder', [{ name: 'a/metadata.json', text: METADATA }]],
  ['with a file that is not JSON', [{ name: 'metadata.json', text: 'x' }]],
  ['with a file without a time', [{ name: 'metadata.json', text: '{"UpdatedAt":"today"}' }]],
  ['with a file that is too large', [{ name: 'metadata.json', text: METADATA.padEnd(65_537) }]],
  ['without an entry', []],
])('returns undefined for a layer %s', async (_, entries) => {
  expect(await timeIn(entries)).toBeUndefined();
});

it('stops reading the layer after the file', async () => {
  const tar = await tarOf([
    { name: 'metadata.json', text: METADATA },
    { name: 'trivy.db', text: 'x'.repeat(5_000_000) },
  ]);
  let read = 0;
  async function* counted() {
    for await (const chunk of streamOf(tar, 10_000)) {
      read += chunk.byteLength;
      yield chunk;
    }
  }

  expect((await databaseTime(counted()))?.toISOString()).toBe(TIME);
  expect(read).toBeLessThan(1_000_000);
});
