import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { digestOf, sha256Hex } from '../../../../lib/image/digest.ts';
import { inspectLayer, LAYER_LIMITS } from '../../../../lib/image/layer/inspect-layer.ts';
import { streamOf, type TarEntry, tarOf } from './layer-samples.ts';

async function inspect(entries: readonly TarEntry[], limits = LAYER_LIMITS) {
  return inspectLayer(streamOf(gzipSync(await tarOf(entries))), limits);
}

const X_SUM = sha256Hex('x'.repeat(3000));
const DPKG_LIST = 'var/lib/dpkg/info/libssl3:amd64.list';

describe('inspectLayer', () => {
  it.each([1, 7, 512, 65_536])(
    'returns the same summary for chunks of %i bytes',
    async (chunkSize) => {
      const tar = await tarOf([
        { name: 'usr/', type: 'directory' },
        { name: 'usr/bin/x', text: 'x'.repeat(3000) },
        { name: 'usr/bin/.wh.old' },
      ]);
      const expected = {
        ok: true,
        summary: {
          entries: 3,
          uncompressedBytes: tar.byteLength,
          diffId: digestOf(tar),
          files: {
            changed: new Map([['usr/bin/x', expect.objectContaining({ content: X_SUM })]]),
            twins: [],
            folders: new Map([['usr', expect.objectContaining({ type: 'folder', mode: 0o755 })]]),
            above: new Set(['usr', 'usr/bin']),
            made: new Set(['usr']),
            deleted: new Set(['usr/bin/old']),
            emptied: new Set(),
            deletedNames: new Set(['usr/bin/old']),
            claims: new Map(),
            listed: new Set(),
          },
        },
      };

      const plain = await inspectLayer(streamOf(tar, chunkSize));
      const gzip = await inspectLayer(streamOf(gzipSync(tar), chunkSize));
      const zstd = await inspectLayer(streamOf(zstdCompressSync(tar), chunkSize));

      expect(plain).toEqual(expected);
      expect(gzip).toEqual(expected);
      expect(zstd).toEqual(expected);
    },
  );

  it('accepts an empty layer', async () => {
    expect(await inspect([])).toMatchObject({ ok: true, summary: { entries: 0 } });
  });
});

describe('inspectLayer refuses a layer', () => {
  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('that is a decompression bomb of %s', async (_, compress) => {
    const zeros = compress(Buffer.alloc(LAYER_LIMITS.ratioFromBytes * 2));

    const inspection = await inspectLayer(streamOf(zeros));

    expect(inspection).toMatchObject({ ok: false, fault: 'decompression-bomb' });
  });

  it('that is larger than allowed', async () => {
    const entries = [{ name: 'x', text: 'x'.repeat(10_000) }];

    const inspection = await inspect(entries, { ...LAYER_LIMITS, maxBytes: 10_000 });

    expect(inspection).toMatchObject({ ok: false, fault: 'too-large' });
  });

  it('that has too many entries', async () => {
    const entries = Array.from({ length: 11 }, (_, at) => ({ name: `${at}` }));

    const inspection = await inspect(entries, { ...LAYER_LIMITS, maxEntries: 10 });

    expect(inspection).toMatchObject({ ok: false, fault: 'too-many-entries' });
  });

  it.each<{ readonly what: string; readonly entries: readonly TarEntry[] }>([
    {
      what: 'names',
      entries: [{ name: `${'a/'.repeat(400)}x` }, { name: `${'b/'.repeat(400)}x` }],
    },
    { what: 'file lists', entries: [{ name: DPKG_LIST, text: '/a\n'.repeat(400) }] },
  ])('whose $what would fill the memory', async ({ entries }) => {
    const inspection = await inspect(entries, { ...LAYER_LIMITS, maxTextBytes: 1000 });

    expect(inspection).toMatchObject({ ok: false, fault: 'too-large' });
  });

  it('whose file lists name too many paths', async () => {
    const text = Array.from({ length: 11 }, (_, at) => `/${at}\n`).join('');

    const inspection = await inspect([{ name: DPKG_LIST, text }], {
      ...LAYER_LIMITS,
      maxOwned: 10,
    });

    expect(inspection).toMatchObject({ ok: false, fault: 'too-large' });
  });

  it('with a path that is longer than a file system allows', async () => {
    const inspection = await inspect([{ name: `${'a/'.repeat(3000)}b` }]);

    expect(inspection).toMatchObject({ ok: false, fault: 'not-a-layer' });
  });

  it('that is truncated', async () => {
    const tar = await tarOf([{ name: 'x', text: 'x'.repeat(5000) }]);

    const plain = await inspectLayer(streamOf(tar.subarray(0, 2000)));
    const gzip = await inspectLayer(streamOf(gzipSync(tar).subarray(0, 40)));
    const zstd = await inspectLayer(streamOf(zstdCompressSync(tar).subarray(0, 40)));

    expect(plain).toMatchObject({ ok: false, fault: 'not-a-layer' });
    expect(gzip).toMatchObject({ ok: false, fault: 'not-a-layer' });
    expect(zstd).toMatchObject({ ok: false, fault: 'not-a-layer' });
  });

  it('that is not an archive', async () => {
    const inspection = await inspectLayer(streamOf(Buffer.from('<html>'.repeat(1000))));

    expect(inspection).toMatchObject({ ok: false, fault: 'not-a-layer' });
  });
});

describe('a large file list', () => {
  const incompressible = { name: 'usr/bin/x', text: randomBytes(100_000).toString('hex') };

  it('does not block the event loop while it is read', async () => {
    const text = '/usr/share/doc/libssl3/copyright\n'.repeat(30_000);
    const tar = await tarOf([{ name: DPKG_LIST, text }]);
    let turns = 0;
    let reading = true;
    const others = () => {
      turns += 1;
      if (reading) setImmediate(others);
    };
    setImmediate(others);

    await inspectLayer(streamOf(tar, tar.byteLength));
    reading = false;

    expect(turns).toBeGreaterThanOrEqual(Math.floor(text.length / (64 * 1024)));
  });

  it('of one endless line that enters and leaves a folder many times is accepted', async () => {
    const text = `/${'a'.repeat(2_000_000)}${'/x/..'.repeat(400_000)}`;

    const inspection = await inspect([{ name: DPKG_LIST, text }, incompressible]);

    expect(inspection).toMatchObject({ ok: true, summary: { entries: 2 } });
  });

  it('is read correctly if chunks split a line or a character', async () => {
    const paths = ['usr/share/größe', 'usr/share/🙂', 'usr/bin/last'];
    const text = paths.map((path) => `/${path}`).join('\n');
    const tar = await tarOf([{ name: DPKG_LIST, text }, ...paths.map((name) => ({ name }))]);

    const inspection = await inspectLayer(streamOf(tar, 1));

    const claims = inspection.ok ? [...inspection.summary.files.claims.keys()] : inspection;
    expect(claims).toEqual(paths);
  });
});

describe('the stream of a layer', () => {
  it.each(['plain', 'gzip', 'zstd'])('rejects with its own error if it fails: %s', async (form) => {
    const tar = await tarOf([{ name: 'x', text: 'x'.repeat(5000) }]);
    const compress = form === 'gzip' ? gzipSync : zstdCompressSync;
    const bytes = form === 'plain' ? tar : compress(tar);
    async function* failing() {
      yield bytes.subarray(0, 30);
      throw new Error('connection lost');
    }

    const inspecting = inspectLayer(failing());

    await expect(inspecting).rejects.toThrow('connection lost');
  });

  it.each<{ readonly what: string; readonly bytes: () => Promise<Buffer>; readonly fault: string }>(
    [
      {
        what: 'has too many entries',
        bytes: async () =>
          gzipSync(await tarOf(Array.from({ length: 5000 }, (_, at) => ({ name: `${at}` })))),
        fault: 'too-many-entries',
      },
      {
        what: 'has too many entries after zstd',
        bytes: async () =>
          zstdCompressSync(
            await tarOf(Array.from({ length: 5000 }, (_, at) => ({ name: `${at}` }))),
          ),
        fault: 'too-many-entries',
      },
    ],
  )('is released if the layer $what', async ({ bytes, fault }) => {
    const layer = await bytes();
    let released = false;
    async function* watched() {
      try {
        yield* streamOf(layer, 100);
      } finally {
        released = true;
      }
    }

    const inspection = await inspectLayer(watched(), { ...LAYER_LIMITS, maxEntries: 1 });

    expect(inspection).toMatchObject({ ok: false, fault });
    expect(released).toBe(true);
  });
});
