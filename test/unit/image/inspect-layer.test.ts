import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { inspectLayer, LAYER_LIMITS } from '../../../lib/image/inspect-layer.ts';
import { streamOf, type TarEntry, tarOf } from './layer-samples.ts';

async function inspect(entries: readonly TarEntry[], limits = LAYER_LIMITS) {
  return inspectLayer(streamOf(gzipSync(await tarOf(entries))), limits);
}

async function unownedIn(entries: readonly TarEntry[]) {
  const inspection = await inspect(entries);
  return inspection.ok ? inspection.summary.unowned.paths : inspection;
}

const DPKG_LIST = 'var/lib/dpkg/info/libssl3:amd64.list';

describe('a layer', () => {
  it.each([1, 7, 512, 65_536])('is read the same in chunks of %i bytes', async (chunkSize) => {
    const tar = await tarOf([
      { name: 'usr/', type: 'directory' },
      { name: 'usr/bin/x', text: 'x'.repeat(3000) },
      { name: 'usr/bin/.wh.old' },
    ]);
    const expected = {
      ok: true,
      summary: {
        entries: 3,
        deletions: 1,
        uncompressedBytes: tar.byteLength,
        diffId: digestOf(tar),
        statusD: false,
        ownershipKnown: true,
        unowned: { count: 1, paths: ['usr/bin/x'] },
        unownedSetuid: { count: 0, paths: [] },
      },
    };

    const plain = await inspectLayer(streamOf(tar, chunkSize));
    const compressed = await inspectLayer(streamOf(gzipSync(tar), chunkSize));

    expect(plain).toEqual(expected);
    expect(compressed).toEqual(expected);
  });

  it('may be empty', async () => {
    expect(await inspect([])).toMatchObject({ ok: true, summary: { entries: 0 } });
  });

  it.each(['var/lib/dpkg/status.d/libc6', './var//lib/dpkg/status.d/libc6.md5sums'])(
    'tells of an image without its own package manager by %s',
    async (name) => {
      expect(await inspect([{ name }])).toMatchObject({ ok: true, summary: { statusD: true } });
    },
  );

  it('with an ordinary package database does not', async () => {
    const inspection = await inspect([{ name: 'var/lib/dpkg/status' }]);

    expect(inspection).toMatchObject({ ok: true, summary: { statusD: false } });
  });
});

describe('a path is explained', () => {
  it.each<{ readonly what: string; readonly entries: readonly TarEntry[] }>([
    {
      what: 'by a file list of dpkg that comes before or after it',
      entries: [
        { name: './usr/bin/openssl' },
        { name: DPKG_LIST, text: '/.\n/usr/bin/openssl\n/etc/ssl/openssl.cnf\n' },
        { name: 'etc/ssl/openssl.cnf' },
      ],
    },
    {
      what: 'by a list that says /lib where the file stands in /usr/lib',
      entries: [
        { name: DPKG_LIST, text: '/lib/x86_64-linux-gnu/libc.so.6\n' },
        { name: 'usr/lib/x86_64-linux-gnu/libc.so.6' },
      ],
    },
    {
      what: 'by the database of apk',
      entries: [
        { name: 'usr/bin/ssl_client' },
        { name: 'bin/busybox', mode: 0o4755 },
        {
          name: 'lib/apk/db/installed',
          text: 'C:Q1\nP:busybox\nV:1.36\nF:bin\nM:0:0:755\nR:busybox\na:0:0:755\n\nP:ssl_client\nF:usr/bin\nR:ssl_client\n',
        },
        { name: 'etc/apk/world' },
        { name: 'bin/ls', type: 'symlink', linkname: '/bin/busybox' },
        { name: 'bin/cat', type: 'symlink', linkname: 'busybox' },
      ],
    },
    {
      what: 'by being bookkeeping',
      entries: [
        { name: 'var/lib/dpkg/status' },
        { name: 'var/log/apt/term.log' },
        { name: 'var/cache/debconf/config.dat' },
        { name: 'etc/ld.so.cache' },
      ],
    },
    {
      what: 'by a script of a package that has changed',
      entries: [
        { name: 'var/lib/dpkg/info/ca-certificates.list', text: '/usr/share/x\n' },
        { name: 'etc/ssl/certs/ca-certificates.crt' },
      ],
    },
    {
      what: 'by the source it was compiled from, and by the file it stands beside',
      entries: [
        { name: DPKG_LIST, text: '/usr/lib/python3/apt/x.py\n/etc/foo.conf\n' },
        { name: 'usr/lib/python3/apt/__pycache__/x.cpython-311.pyc' },
        { name: 'etc/foo.conf.dpkg-dist' },
      ],
    },
    {
      what: 'by being a link to an owned file, by way of another link',
      entries: [
        { name: DPKG_LIST, text: '/usr/bin/mawk\n' },
        { name: 'usr/bin/awk', type: 'symlink', linkname: '/etc/alternatives/awk' },
        { name: 'etc/alternatives/awk', type: 'symlink', linkname: '/usr/bin/mawk' },
      ],
    },
    {
      what: 'by being a folder or a deletion',
      entries: [{ name: 'opt/', type: 'directory' }, { name: 'opt/.wh.x' }],
    },
  ])('$what', async ({ entries }) => {
    expect(await unownedIn(entries)).toEqual([]);
  });
});

describe('a path is reported', () => {
  it.each<{
    readonly what: string;
    readonly entries: readonly TarEntry[];
    readonly paths: readonly string[];
  }>([
    {
      what: 'that no list owns',
      entries: [{ name: DPKG_LIST, text: '/usr/bin/openssl\n' }, { name: 'usr/bin/opensslx' }],
      paths: ['usr/bin/opensslx'],
    },
    {
      what: 'that climbs out of the layer, as the path it would become',
      entries: [{ name: '../../../etc/cron.d/x' }, { name: '/etc/./cron.d//y' }],
      paths: ['etc/cron.d/x', 'etc/cron.d/y'],
    },
    {
      what: 'that a script writes, of a package that has not changed',
      entries: [{ name: DPKG_LIST, text: '/x\n' }, { name: 'etc/ssl/certs/ca-certificates.crt' }],
      paths: ['etc/ssl/certs/ca-certificates.crt'],
    },
    {
      what: 'that is a link to what no list owns',
      entries: [{ name: 'bin/sh', type: 'symlink', linkname: '/opt/evil' }],
      paths: ['usr/bin/sh'],
    },
    {
      what: 'that is a link to itself',
      entries: [{ name: 'opt/x', type: 'symlink', linkname: 'x' }],
      paths: ['opt/x'],
    },
    {
      what: 'that has setuid, whatever folder it hides in',
      entries: [{ name: 'var/cache/apt/su', mode: 0o4755 }],
      paths: ['var/cache/apt/su'],
    },
    {
      what: 'with what could forge a line of a log replaced',
      entries: [{ name: 'opt/a\nb\u001b[31m\u202e' }],
      paths: ['opt/a?b?[31m?'],
    },
  ])('$what', async ({ entries, paths }) => {
    expect(await unownedIn(entries)).toEqual(paths);
  });

  it.each<{ readonly what: string; readonly entry: TarEntry }>([
    { what: 'setuid', entry: { name: 'opt/x', mode: 0o4755 } },
    { what: 'setgid', entry: { name: 'opt/x', mode: 0o2755 } },
    {
      what: 'a hard link with setuid',
      entry: { name: 'opt/x', type: 'link', linkname: 'y', mode: 0o4755 },
    },
    {
      what: 'file capabilities',
      entry: { name: 'opt/x', pax: { 'SCHILY.xattr.security.capability': 'x' } },
    },
  ])('apart for $what', async ({ entry }) => {
    const inspection = await inspect([entry, { name: 'opt/y', mode: 0o755 }]);

    expect(inspection).toMatchObject({
      ok: true,
      summary: { unowned: { count: 2 }, unownedSetuid: { count: 1, paths: ['opt/x'] } },
    });
  });

  it('among the first of many, and all are counted', async () => {
    const entries = Array.from({ length: 120 }, (_, at) => ({ name: `opt/${1000 + at}` }));

    const inspection = await inspect(entries);

    expect(inspection).toMatchObject({ ok: true, summary: { unowned: { count: 120 } } });
    expect(await unownedIn(entries)).toHaveLength(LAYER_LIMITS.maxListed);
  });

  it('not at all where an rpm database says who owns what', async () => {
    const inspection = await inspect([
      { name: 'var/lib/rpm/rpmdb.sqlite' },
      { name: 'usr/bin/su', mode: 0o4755 },
    ]);

    expect(inspection).toMatchObject({
      ok: true,
      summary: { ownershipKnown: false, unowned: { count: 0 }, unownedSetuid: { count: 0 } },
    });
  });
});

describe('a hostile layer is a fault', () => {
  it('when it is a decompression bomb', async () => {
    const zeros = gzipSync(Buffer.alloc(LAYER_LIMITS.ratioFromBytes * 2));

    const inspection = await inspectLayer(streamOf(zeros));

    expect(inspection).toMatchObject({ ok: false, fault: 'decompression-bomb' });
  });

  it('when it is larger than allowed', async () => {
    const entries = [{ name: 'x', text: 'x'.repeat(10_000) }];

    const inspection = await inspect(entries, { ...LAYER_LIMITS, maxBytes: 10_000 });

    expect(inspection).toMatchObject({ ok: false, fault: 'too-large' });
  });

  it('when it has too many entries', async () => {
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
  ])('when its $what fill the memory', async ({ entries }) => {
    const inspection = await inspect(entries, { ...LAYER_LIMITS, maxTextBytes: 1000 });

    expect(inspection).toMatchObject({ ok: false, fault: 'too-large' });
  });

  it('when a path is longer than a file system takes', async () => {
    const inspection = await inspect([{ name: 'a/'.repeat(3000) }]);

    expect(inspection).toMatchObject({ ok: false, fault: 'not-a-layer' });
  });

  it('when it is compressed with zstd', async () => {
    const inspection = await inspectLayer(streamOf(zstdCompressSync(Buffer.alloc(100)), 1));

    expect(inspection).toMatchObject({ ok: false, fault: 'unsupported-compression' });
  });

  it('when it breaks off', async () => {
    const tar = await tarOf([{ name: 'x', text: 'x'.repeat(5000) }]);

    const plain = await inspectLayer(streamOf(tar.subarray(0, 2000)));
    const compressed = await inspectLayer(streamOf(gzipSync(tar).subarray(0, 40)));

    expect(plain).toMatchObject({ ok: false, fault: 'not-a-layer' });
    expect(compressed).toMatchObject({ ok: false, fault: 'not-a-layer' });
  });

  it('when it is something else', async () => {
    const inspection = await inspectLayer(streamOf(Buffer.from('<html>'.repeat(1000))));

    expect(inspection).toMatchObject({ ok: false, fault: 'not-a-layer' });
  });
});

describe('the stream', () => {
  it.each(['plain', 'compressed'])('that fails is no fault of the layer: %s', async (form) => {
    const tar = await tarOf([{ name: 'x', text: 'x'.repeat(5000) }]);
    const bytes = form === 'plain' ? tar : gzipSync(tar);
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
        what: 'is of a compression that is not read',
        bytes: async () => zstdCompressSync(randomBytes(5000)),
        fault: 'unsupported-compression',
      },
    ],
  )('is let go of when the layer $what', async ({ bytes, fault }) => {
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
