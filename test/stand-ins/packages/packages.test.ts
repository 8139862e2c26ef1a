import { expect, it } from 'vitest';
import { applyLayers } from '../filesystem/image-files.ts';
import type { LayerEntry } from '../filesystem/layer.ts';
import { readApkDatabase, rewriteApkInstalled } from './apk-database.ts';
import { binaryVersion, readDpkgDatabase, rewriteDpkgStatus } from './dpkg-database.ts';
import { takeInventory } from './operating-system.ts';

const STATUS = `Package: bsdutils
Essential: yes
Status: install ok installed
Architecture: amd64
Source: util-linux (2.38.1-5)
Version: 1:2.38.1-5
Description: basic utilities
 A folded line with Version: 9 in it.

Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.0.11-1~deb12u2
Depends: libc6 (>= 2.34), debconf (>= 0.5) | debconf-2.0

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1
`;

const INSTALLED = `C:Q15h5oKAYWZ9e+ELof2hcb1w8=
P:libcrypto3
V:3.5.0-r0
A:x86_64
L:Apache-2.0
o:openssl
D:so:libc.musl-x86_64.so.1
p:so:libcrypto.so.3=3.5.0
F:usr
F:usr/lib
R:libcrypto.so.3

P:musl
V:1.2.5-r10
A:x86_64
o:musl
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1

`;

function imageWith(files: Readonly<Record<string, string>>) {
  return applyLayers([
    Object.entries(files).map(
      ([path, text]): LayerEntry => ({
        type: 'file',
        path,
        mode: 0o644,
        content: Buffer.from(text),
      }),
    ),
  ]);
}

it('reads installed Debian packages with their sources and files, without removed ones', () => {
  const files = imageWith({
    'var/lib/dpkg/status': STATUS,
    'var/lib/dpkg/info/libssl3:amd64.md5sums': `${'a'.repeat(32)}  usr/lib/libssl.so.3\n`,
  });

  const packages = readDpkgDatabase(files)?.packages;

  expect(
    packages?.map(({ name, version, source }) => [name, version, source.name, source.version]),
  ).toEqual([
    ['bsdutils', '1:2.38.1-5', 'util-linux', '2.38.1-5'],
    ['libssl3', '3.0.11-1~deb12u2', 'openssl', '3.0.11-1~deb12u2'],
  ]);
  expect(packages?.[1]?.files).toEqual(['/usr/lib/libssl.so.3']);
  expect(packages?.[1]?.dependsOn).toEqual(['libc6', 'debconf', 'debconf-2.0']);
});

it('changes only the versions of the named packages in the status', () => {
  const next = rewriteDpkgStatus(STATUS, new Map([['libssl3', '3.0.17-1~deb12u3']]));

  expect(next).toBe(STATUS.replace('Version: 3.0.11-1~deb12u2', 'Version: 3.0.17-1~deb12u3'));
});

it('also changes the version of the source if the package states it', () => {
  const installed = readDpkgDatabase(imageWith({ 'var/lib/dpkg/status': STATUS }))?.packages[0];
  const version = installed === undefined ? '' : binaryVersion(installed, '2.38.1-5+deb12u1');

  const next = rewriteDpkgStatus(STATUS, new Map([['bsdutils', version]]));

  expect(next).toContain('Source: util-linux (2.38.1-5+deb12u1)\nVersion: 1:2.38.1-5+deb12u1\n');
});

it('reads distroless status folders', () => {
  const files = imageWith({
    'var/lib/dpkg/status.d/libssl3': 'Package: libssl3\nVersion: 3.0.1-1\n',
  });

  expect(readDpkgDatabase(files)?.packages.map((one) => one.name)).toEqual(['libssl3']);
});

it('reads installed Alpine packages, and rewrites their versions', () => {
  const database = readApkDatabase(imageWith({ 'lib/apk/db/installed': INSTALLED }));

  expect(database?.packages[0]).toMatchObject({
    name: 'libcrypto3',
    version: '3.5.0-r0',
    source: { name: 'openssl', version: '3.5.0-r0' },
    dependsOn: ['musl'],
    digest: expect.stringMatching(/^sha1:[0-9a-f]+$/),
    files: ['/usr/lib/libcrypto.so.3'],
  });
  expect(rewriteApkInstalled(INSTALLED, new Map([['libcrypto3', '3.5.4-r0']]))).toBe(
    INSTALLED.replace('V:3.5.0-r0', 'V:3.5.4-r0'),
  );
});

it.each([
  [
    { 'etc/debian_version': '12.5\n', 'etc/os-release': 'ID=debian\nVERSION_ID="12"\n' },
    'debian 12.5',
  ],
  [
    { 'etc/debian_version': 'bookworm/sid\n', 'etc/os-release': 'ID=ubuntu\nVERSION_ID="24.04"\n' },
    'ubuntu 24.04',
  ],
  [
    { 'etc/alpine-release': '3.22.0\n', 'etc/os-release': 'ID=alpine\nVERSION_ID=3.22.0\n' },
    'alpine 3.22.0',
  ],
  [{ 'usr/lib/os-release': 'ID=wolfi\nVERSION_ID=20230201\n' }, 'wolfi 20230201'],
  [{ 'bin/busybox': 'x' }, undefined],
])('names the operating system of %o', (files, expected) => {
  const { os } = takeInventory(imageWith(files));

  expect(os === undefined ? undefined : `${os.family} ${os.name}`).toBe(expected);
});
