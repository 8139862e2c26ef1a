import { describe, expect, it } from 'vitest';
import type { TarEntry } from '../layer/layer-samples.ts';
import { type ChangeScene, fresh, judgeScene, old } from './change-scene.ts';

/** A distroless image and its update, as Copa makes it from outside: no program of the image runs. */
const FOLDER = 'usr/lib/x86_64-linux-gnu';
const [CRYPTO, LIBC, ZLIB] = [`${FOLDER}/libcrypto.so.3`, `${FOLDER}/libc.so.6`, 'lib/libz.so.1.2'];
const SSL = [CRYPTO, `${FOLDER}/libssl.so.3`, 'usr/share/doc/libssl3/copyright'];
const RECORDS = 'var/lib/dpkg/status.d';

function checksums(name: string, paths: readonly string[], make = old): TarEntry {
  const lines = paths.map((path) => `${'0'.repeat(32)}  ${path}\n`);
  return make(`${RECORDS}/${name}.md5sums`, { text: lines.join('') });
}

const link = (name: string, linkname: string, make = old) =>
  make(name, { type: 'symlink', linkname });

const SOURCE: readonly TarEntry[] = [
  ...['libssl3', 'libc6', 'zlib1g', 'base-files'].map((name) => old(`${RECORDS}/${name}`)),
  checksums('libssl3', SSL),
  checksums('libc6', [LIBC]),
  checksums('zlib1g', [ZLIB]),
  checksums('base-files', ['usr/share/base-files/profile']),
  ...[...SSL, LIBC, ZLIB].map((name) => old(name)),
  link('lib/libz.so.1', 'libz.so.1.2'),
  link('usr/share/ssl/default', 'old'),
  old('etc/ssl/openssl.cnf'),
  old('etc/ssl/certs/ca-certificates.crt'),
  old('etc/nsswitch.conf'),
  old('etc/app/policy.yaml'),
  old('var/lib/app/data.db'),
  old('var/log/app.log'),
  old('etc/group', { text: 'root:x:0:\n' }),
  old('app/server', { mode: 0o755 }),
];
const UPDATE: readonly TarEntry[] = [
  fresh(`${RECORDS}/libssl3`),
  checksums('libssl3', SSL, fresh),
  ...SSL.map((name) => fresh(name)),
];
const KEPT = { before: '1', after: '1' };
const PACKAGES = {
  libssl3: { before: '3.0.1', after: '3.0.2', files: SSL },
  libc6: { ...KEPT, files: [LIBC] },
  zlib1g: { ...KEPT, files: [ZLIB] },
  'base-files': { ...KEPT, files: ['usr/share/base-files/profile'] },
};

function judge(added: readonly TarEntry[], more: Partial<ChangeScene> = {}) {
  return judgeScene({ source: [SOURCE], added, packages: PACKAGES, fixed: ['libssl3'], ...more });
}

describe('an update of an image without a package manager', () => {
  it.each<[string, readonly TarEntry[]]>([
    ['replaces the files, the record and the checksums of a package', []],
    [
      'brings a new library of the package',
      [
        fresh(`${FOLDER}/engines-3/new.so`),
        checksums('libssl3', [...SSL, `${FOLDER}/engines-3/new.so`], fresh),
      ],
    ],
    ['drops the checksums of another package', [fresh(`${RECORDS}/.wh.zlib1g.md5sums`)]],
    [
      'compiles a module of the package',
      [
        fresh('usr/lib/ssl/x.py'),
        fresh('usr/lib/ssl/__pycache__/x.cpython-311.pyc'),
        checksums('libssl3', [...SSL, 'usr/lib/ssl/x.py'], fresh),
      ],
    ],
    [
      'points a link to a file of the package',
      [
        link('usr/share/ssl/default', 'new', fresh),
        fresh('usr/share/ssl/new'),
        checksums('libssl3', [...SSL, 'usr/share/ssl/new'], fresh),
      ],
    ],
    ['writes a link again as it was', [link('lib/libz.so.1', 'libz.so.1.2', fresh)]],
    ['has the default of a kept configuration file', [fresh('etc/ssl/openssl.cnf.dpkg-dist')]],
  ])('is accepted if it %s', async (_, more) => {
    expect(await judge([...UPDATE, ...more])).toMatchObject({ accepted: true });
  });

  it.each<[string, readonly TarEntry[], string]>([
    [
      'only changes records',
      [fresh(`${RECORDS}/libssl3`)],
      'libssl3 counts as fixed, but none of its files is replaced',
    ],
    [
      'changes records and checksums',
      UPDATE.slice(0, 2),
      'libssl3 counts as fixed, but none of its files is replaced',
    ],
    [
      'writes all files again with a new time',
      [
        fresh(`${RECORDS}/libssl3`),
        checksums('libssl3', SSL, fresh),
        ...SSL.map((name) => fresh(name, { text: 'old' })),
      ],
      'the update of libssl3 counts as a fix, but its files have the same content as before',
    ],
    [
      'keeps the old checksums',
      [...UPDATE.slice(0, 1), ...UPDATE.slice(2)],
      'libssl3 counts as fixed, but its file list is not replaced',
    ],
    [
      'leaves a library as it was',
      UPDATE.filter(({ name }) => name !== CRYPTO),
      `libssl3 counts as fixed, but ${CRYPTO} is not replaced`,
    ],
    [
      'replaces a library of another package',
      [...UPDATE, fresh(LIBC)],
      `${LIBC} belongs to libc6, which is not updated`,
    ],
    [
      'deletes a library of another package',
      [...UPDATE, fresh(`${FOLDER}/.wh.libc.so.6`)],
      `${LIBC} is deleted, but belongs to libc6`,
    ],
    [
      'links another package to its own library',
      [...UPDATE, link('lib/libz.so.1', '../usr/lib/x86_64-linux-gnu/libcrypto.so.3', fresh)],
      'usr/lib/libz.so.1 replaces a file of the source that belongs to no package',
    ],
    [
      'adds a setuid program',
      [...UPDATE, fresh('usr/bin/su', { mode: 0o4755 })],
      'usr/bin/su is setuid',
    ],
    [
      'claims a setuid program',
      [
        ...UPDATE,
        fresh('usr/bin/su', { mode: 0o4755 }),
        checksums('libssl3', [...SSL, 'usr/bin/su'], fresh),
      ],
      'usr/bin/su is setuid',
    ],
    [
      'replaces a configuration file',
      [...UPDATE, fresh('etc/ssl/openssl.cnf')],
      'etc/ssl/openssl.cnf replaces a file of the source that belongs to no package',
    ],
    [
      'adds compiled code of a module that is not updated',
      [...UPDATE, fresh('usr/lib/python3.11/__pycache__/os.cpython-311.pyc')],
      'os.cpython-311.pyc is compiled code, but nothing in the image ran',
    ],
    [
      'replaces the application',
      [...UPDATE, fresh('app/server', { mode: 0o755 })],
      'app/server replaces a file of the source that belongs to no package',
    ],
    [
      'has a package manager with a record of its own',
      [
        fresh(`${RECORDS}/../.wh.status.d`),
        fresh('var/lib/dpkg/status'),
        fresh('var/lib/dpkg/info/libssl3.list'),
      ],
      'libssl3 counts as fixed, but none of its files is replaced',
    ],
  ])('is refused if it %s', async (_, added, detail) => {
    expect(await judge(added)).toMatchObject({
      accepted: false,
      detail: expect.stringContaining(detail),
    });
  });

  it.each([
    'etc/ssl/certs/.wh.ca-certificates.crt',
    'etc/.wh.nsswitch.conf',
    'etc/app/.wh.policy.yaml',
    'var/lib/app/.wh.data.db',
    'var/log/.wh.app.log',
    'etc/ssl/certs/.wh..wh..opq',
    'etc/.wh.ssl',
  ])('is refused if it deletes a file without an owner: %s', async (deletion) => {
    expect(await judge([...UPDATE, fresh(deletion, { text: '' })])).toMatchObject({
      accepted: false,
      detail: expect.stringContaining('is deleted, but belongs to no package'),
    });
  });

  it.each<[string, TarEntry]>([
    ['etc/nsswitch.conf', fresh('etc/nsswitch.conf')],
    ['etc/app/policy.yaml', fresh('etc/app/policy.yaml')],
    ['etc/ssl/certs/ca-certificates.crt', fresh('etc/ssl/certs/ca-certificates.crt')],
    ['var/log/app.log', fresh('var/log/app.log')],
    ['etc/group', fresh('etc/group', { text: 'root:x:0:\nssl:x:101:\n' })],
    ['usr/lib/libz.so.1', fresh('lib/libz.so.1', { text: '\x7fELF' })],
    ['usr/lib/libz.so.1', link('lib/libz.so.1', '/usr/lib/x86_64-linux-gnu/libcrypto.so.3', fresh)],
  ])('is refused if its own checksums claim %s', async (path, file) => {
    const claimed = checksums('libssl3', [...SSL, path], fresh);

    expect(await judge([...UPDATE, claimed, file])).toMatchObject({
      accepted: false,
      detail: `${path} replaces a file of the source that belongs to no package`,
    });
  });

  it.each([
    ['a new ca-certificates', 'ca-certificates', 'etc/ssl/certs/ca-certificates.crt'],
    ['a raised base-files', 'base-files', 'etc/nsswitch.conf'],
  ])('is refused if it explains a file by %s', async (_, name, path) => {
    const packages = { ...PACKAGES, [name]: { ...PACKAGES['base-files'], after: '2' } };

    expect(
      await judge([...UPDATE, fresh(`${RECORDS}/${name}`), fresh(path)], { packages }),
    ).toMatchObject({
      accepted: false,
      detail: `${path} replaces a file of the source that belongs to no package`,
    });
  });

  it('has the rules of a package manager if dpkg has a record beside that folder', async () => {
    const source = [[...SOURCE, old('var/lib/dpkg/status')]];
    const added = [...UPDATE, fresh('etc/.wh.nsswitch.conf', { text: '' })];

    expect(await judge(added, { source })).toMatchObject({ accepted: true });
    expect(await judge(added)).toMatchObject({ accepted: false });
  });

  it('is refused if the source does not list the files of a fixed package', async () => {
    const source = [SOURCE.filter(({ name }) => name !== `${RECORDS}/libssl3.md5sums`)];
    const packages = { ...PACKAGES, libssl3: { before: '3.0.1', after: '3.0.2' } };

    expect(await judge(UPDATE, { source, packages })).toMatchObject({ accepted: false });
    expect(await judge(UPDATE.slice(0, 2), { source, packages })).toMatchObject({
      accepted: false,
      detail: 'libssl3 counts as fixed, but the source does not list its files',
    });
  });
});
