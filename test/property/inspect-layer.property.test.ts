import { posix } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digestOf } from '../../lib/image/digest.ts';
import { inspectLayer, LAYER_LIMITS } from '../../lib/image/layer/inspect-layer.ts';
import { normalizedPath } from '../../lib/image/layer/layer-path.ts';
import { streamOf, tarOf } from '../unit/image/layer/layer-samples.ts';

const entry = fc.record({
  name: fc.oneof(
    fc.constantFrom('var/lib/dpkg/info/a.list', 'lib/apk/db/installed', '../x', 'usr/bin/.wh.y'),
    fc.stringMatching(/^[a-z./\u00e9\n]{0,120}[a-z.\u00e9\n]$/),
  ),
  text: fc.string({ maxLength: 700 }),
  mode: fc.integer({ min: 0, max: 0o7777 }),
});
const chunkSize = fc.integer({ min: 1, max: 2000 });

it('returns a result for any bytes, plain or in gzip', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 3000 }),
      fc.boolean(),
      chunkSize,
      async (bytes, compress, size) => {
        const layer = compress ? gzipSync(bytes) : bytes;

        const inspection = await inspectLayer(streamOf(layer, size));

        expect(inspection).toHaveProperty('ok');
      },
    ),
    { numRuns: 300 },
  );
});

it('returns a result for a layer with some bytes changed or cut off', async () => {
  const damage = fc.record({
    compress: fc.boolean(),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    flips: fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })),
      { maxLength: 4 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 5 }), damage, async (entries, how) => {
      const tar = await tarOf(entries);
      const whole = how.compress ? gzipSync(tar) : tar;
      const bytes = Uint8Array.from(whole.subarray(0, Math.ceil(whole.byteLength * how.cut)));
      for (const [at, value] of how.flips) bytes[Math.floor(at * bytes.byteLength)] = value;

      const inspection = await inspectLayer(streamOf(bytes, 700));

      expect(inspection).toHaveProperty('ok');
    }),
    { numRuns: 300 },
  );
});

it('returns the same result for a layer in gzip and in any chunks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 6 }), chunkSize, async (entries, size) => {
      const tar = await tarOf(entries);

      const plain = await inspectLayer(streamOf(tar));
      const compressed = await inspectLayer(streamOf(gzipSync(tar), size));

      expect(compressed).toEqual(plain);
      expect(plain).toMatchObject({
        ok: true,
        summary: { entries: entries.length, diffId: digestOf(tar) },
      });
    }),
    { numRuns: 200 },
  );
});

it('stops at an endless bomb soon after the limit', async () => {
  const mebibyte = 1024 * 1024;
  const limits = { ...LAYER_LIMITS, ratioFromBytes: 4 * mebibyte, maxRatio: 50 };
  await fc.assert(
    fc.asyncProperty(fc.nat(255), async (fill) => {
      const member = gzipSync(Buffer.alloc(mebibyte, fill));
      let members = 0;
      async function* endless() {
        for (;;) {
          members += 1;
          yield member;
        }
      }

      const inspection = await inspectLayer(endless(), limits);

      // Some members remain in the buffers of the streams without being unpacked.
      expect(inspection.ok).toBe(false);
      expect(members).toBeLessThan(100);
    }),
    { numRuns: 10 },
  );
});

it('normalizes a path to one form that stays inside the root', () => {
  const path = fc
    .array(fc.constantFrom('..', '.', '', 'lib', 'usr', 'var', 'run', 'a'))
    .map((parts) => parts.join('/'));
  fc.assert(
    fc.property(path, (text) => {
      const clean = normalizedPath(text);

      expect(normalizedPath(clean)).toBe(clean);
      expect(normalizedPath(`/./${text}/`)).toBe(clean);
      expect(clean.split('/')).not.toContain('..');
      expect(clean).not.toMatch(/^\/|\/\/|\/$/);
      if (!/^(?:lib|var\/run)(?:\/|$)/.test(posix.normalize(`/${text}`).slice(1))) {
        expect(`/${clean}`).toBe(posix.normalize(`/${text}`).replace(/(?<=.)\/$/, ''));
      }
    }),
    { numRuns: 500 },
  );
});
