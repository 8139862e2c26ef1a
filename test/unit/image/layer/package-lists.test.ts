import { expect, it } from 'vitest';
import { isPackageList, packageListReader } from '../../../../lib/image/layer/package-lists.ts';

function read(path: string, lines: readonly string[]) {
  const packages: string[] = [];
  const paths: string[] = [];
  const reader = packageListReader(path, {
    package: (name) => void packages.push(name),
    path: (owned) => void paths.push(owned),
  });
  for (const line of lines) reader(line);
  return { packages, paths };
}

it.each([
  ['var/lib/dpkg/info/libc6.list', true],
  ['var/lib/dpkg/info/libstdc++6:amd64.list', true],
  ['usr/lib/apk/db/installed', true],
  ['var/lib/dpkg/status.d/libstdc++6.md5sums', true],
  ['var/lib/dpkg/status.d/libc6', false],
  ['var/lib/dpkg/status.d/a/libc6.md5sums', false],
  ['var/lib/dpkg/info/libc6.md5sums', false],
  ['var/lib/dpkg/info/.list', false],
  ['opt/var/lib/dpkg/info/libc6.list', false],
  ['usr/lib/apk/db/installed.new', false],
])('%s is a package list: %s', (path, expected) => {
  expect(isPackageList(path)).toBe(expected);
});

it("reads dpkg's list of one package", () => {
  expect(read('var/lib/dpkg/info/libc6:amd64.list', ['/.', '/lib/x', '', '/usr/share/y'])).toEqual({
    packages: ['libc6'],
    paths: ['', 'usr/lib/x', 'usr/share/y'],
  });
});

it('reads the checksums of one package of an image without a package manager', () => {
  const sum = 'd41d8cd98f00b204e9800998ecf8427e';
  const lines = [`${sum}  lib/x y`, '', `${sum} usr/one-space`, `zz${sum}  usr/no-sum`];

  expect(read('var/lib/dpkg/status.d/libssl1.1.md5sums', lines)).toEqual({
    packages: ['libssl1.1'],
    paths: ['usr/lib/x y'],
  });
});

it("reads apk's list of all packages", () => {
  const lines = [
    'P:musl',
    'V:1.2',
    'F:lib',
    'R:x.so',
    'a:0:0:755',
    '',
    'P:busybox',
    'F:bin',
    'R:sh',
  ];

  expect(read('usr/lib/apk/db/installed', lines)).toEqual({
    packages: ['musl', 'busybox'],
    paths: ['usr/lib/x.so', 'usr/bin/sh'],
  });
});

it('starts in the root folder if apk names none', () => {
  expect(read('usr/lib/apk/db/installed', ['R:x']).paths).toEqual(['x']);
});
