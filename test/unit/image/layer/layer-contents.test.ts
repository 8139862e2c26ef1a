import { describe, expect, it } from 'vitest';
import { inspectLayer, LAYER_LIMITS } from '../../../../lib/image/layer/inspect-layer.ts';
import { streamOf, type TarEntry, tarOf } from './layer-samples.ts';

async function inspect(entries: readonly TarEntry[]) {
  return inspectLayer(streamOf(await tarOf(entries)));
}

async function unownedIn(entries: readonly TarEntry[]) {
  const inspection = await inspect(entries);
  return inspection.ok ? inspection.summary.unowned.paths : inspection;
}

const DPKG_LIST = 'var/lib/dpkg/info/libssl3:amd64.list';

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
      what: 'by a list that says /lib for a file in /usr/lib',
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
      what: 'as bookkeeping of the package manager',
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
      what: 'as compiled from an owned source, or as a variant of an owned file',
      entries: [
        { name: DPKG_LIST, text: '/usr/lib/python3/apt/x.py\n/etc/foo.conf\n' },
        { name: 'usr/lib/python3/apt/__pycache__/x.cpython-311.pyc' },
        { name: 'etc/foo.conf.dpkg-dist' },
      ],
    },
    {
      what: 'as a link to an owned file, even through another link',
      entries: [
        { name: DPKG_LIST, text: '/usr/bin/mawk\n' },
        { name: 'usr/bin/awk', type: 'symlink', linkname: '/etc/alternatives/awk' },
        { name: 'etc/alternatives/awk', type: 'symlink', linkname: '/usr/bin/mawk' },
      ],
    },
    {
      what: 'as a folder or a deletion',
      entries: [{ name: 'opt/', type: 'directory' }, { name: 'opt/.wh.x' }],
    },
  ])('$what', async ({ entries }) => {
    expect(await unownedIn(entries)).toEqual([]);
  });
});

describe('a path is reported as unowned', () => {
  it.each<{
    readonly what: string;
    readonly entries: readonly TarEntry[];
    readonly paths: readonly string[];
  }>([
    {
      what: 'if no list owns it',
      entries: [{ name: DPKG_LIST, text: '/usr/bin/openssl\n' }, { name: 'usr/bin/opensslx' }],
      paths: ['usr/bin/opensslx'],
    },
    {
      what: 'if it leaves the layer, as the path that it would become',
      entries: [{ name: '../../../etc/cron.d/x' }, { name: '/etc/./cron.d//y' }],
      paths: ['etc/cron.d/x', 'etc/cron.d/y'],
    },
    {
      what: 'if only the script of an unchanged package writes it',
      entries: [{ name: DPKG_LIST, text: '/x\n' }, { name: 'etc/ssl/certs/ca-certificates.crt' }],
      paths: ['etc/ssl/certs/ca-certificates.crt'],
    },
    {
      what: 'if it is a link to an unowned path',
      entries: [{ name: 'bin/sh', type: 'symlink', linkname: '/opt/evil' }],
      paths: ['usr/bin/sh'],
    },
    {
      what: 'if it is a link to itself',
      entries: [{ name: 'opt/x', type: 'symlink', linkname: 'x' }],
      paths: ['opt/x'],
    },
    {
      what: 'if it has setuid, even in a folder of the package manager',
      entries: [{ name: 'var/cache/apt/su', mode: 0o4755 }],
      paths: ['var/cache/apt/su'],
    },
    {
      what: 'without characters that could forge a line of a log',
      entries: [{ name: 'opt/a\nb\u001b[31m\u202e' }],
      paths: ['opt/a b'],
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
  ])('separately if it has elevated rights: $what', async ({ entry }) => {
    const inspection = await inspect([entry, { name: 'opt/y', mode: 0o755 }]);

    expect(inspection).toMatchObject({
      ok: true,
      summary: { unowned: { count: 2 }, unownedSetuid: { count: 1, paths: ['opt/x'] } },
    });
  });

  it('only among the first, while all are counted', async () => {
    const entries = Array.from({ length: 120 }, (_, at) => ({ name: `opt/${1000 + at}` }));

    const inspection = await inspect(entries);

    expect(inspection).toMatchObject({ ok: true, summary: { unowned: { count: 120 } } });
    expect(await unownedIn(entries)).toHaveLength(LAYER_LIMITS.maxListed);
  });

  it('never if an rpm database records the owners', async () => {
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
