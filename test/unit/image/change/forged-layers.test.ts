import { describe, expect, it } from 'vitest';
import type { TarEntry } from '../layer/layer-samples.ts';
import { type ChangeScene, fresh, judgeScene, listOf, old } from './change-scene.ts';

const LIBRARY = 'usr/lib/x86_64-linux-gnu/libssl.so.3';
const COPYRIGHT = 'usr/share/doc/libssl3/copyright';
const PASSWD = 'root:x:0:0::/root:/bin/bash\n';
const LISTED = ['usr', 'etc', 'etc/ssl', 'etc/ssl/openssl.cnf', LIBRARY, COPYRIGHT];
const SOURCE: readonly TarEntry[] = [
  listOf('libssl3:amd64', LISTED),
  listOf('bash', ['usr/bin/bash', 'etc']),
  old(LIBRARY),
  old(COPYRIGHT),
  old('etc', { type: 'directory', mode: 0o755 }),
  old('etc/ssl', { type: 'directory', mode: 0o755 }),
  old('etc/passwd', { text: PASSWD }),
  old('usr/bin/bash', { mode: 0o755 }),
  old('app/server', { mode: 0o755 }),
  old('opt/app', { type: 'symlink', linkname: '/srv/app' }),
  old('usr/local/bin/python', { type: 'symlink', linkname: 'python3' }),
  old('bin', { type: 'symlink', linkname: 'usr/bin' }),
  old('usr/share/doc/old', { type: 'symlink', linkname: 'libssl3' }),
  old('usr/share/doc/folder/x'),
];
const PACKAGES = {
  libssl3: { before: '1', after: '2', files: [LIBRARY, COPYRIGHT] },
  bash: { before: '5', after: '5', files: ['usr/bin/bash'] },
  evil: { after: '1' },
};
const LIST = listOf('libssl3:amd64', LISTED);
const PROGRAM = { mode: 0o755, text: '\x7fELFevil' };

function judge(added: readonly TarEntry[], more: Partial<ChangeScene> = {}) {
  return judgeScene({
    source: [SOURCE],
    added: [LIST, ...added],
    packages: PACKAGES,
    fixed: ['libssl3'],
    ...more,
  });
}

const link = (name: string, linkname: string) => fresh(name, { type: 'symlink', linkname });
const folder = (name: string, more: Partial<TarEntry> = {}) =>
  fresh(name, { type: 'directory', mode: 0o755, ...more });

describe('a forged layer is rejected if it', () => {
  it.each<{ readonly what: string; readonly added: readonly TarEntry[]; readonly detail: string }>([
    {
      what: 'has a link in place of a folder',
      added: [link('etc', '/usr/share/e'), fresh('usr/share/e/passwd')],
      detail: 'etc replaces a folder',
    },
    {
      what: 'has a link in place of a folder without an entry of its own',
      added: [link('app', '/usr/share/e')],
      detail: 'app replaces a folder of the source; app/server is deleted',
    },
    {
      what: 'has entries below a link of its own',
      added: [link('var/x', '/etc'), fresh('var/x/ld.so.preload')],
      detail: 'var/x is no folder in the patch',
    },
    {
      what: 'has entries below a link of the source',
      added: [fresh('opt/app/main.js')],
      detail: 'opt/app is no folder in the source',
    },
    {
      what: 'deletes below a link of the source',
      added: [fresh('opt/app/.wh.main.js', { text: '' })],
      detail: 'opt/app is no folder in the source',
    },
    {
      what: 'makes the folder behind the entries below it',
      added: [fresh('opt/app/main.js'), folder('opt/app/')],
      detail: 'opt/app is no folder in the source',
    },
    {
      what: 'has a folder in place of a program',
      added: [folder('app/server/')],
      detail: 'app/server is a folder in place of a file',
    },
    {
      what: 'has a claimed program in place of a link of the application',
      added: [listOf('evil', ['usr/local/bin/python']), fresh('usr/local/bin/python', PROGRAM)],
      detail: 'usr/local/bin/python replaces a file of the source',
    },
    {
      what: 'lets everyone write to a folder',
      added: [folder('etc', { mode: 0o777 })],
      detail: 'etc is a folder that more users could write to',
    },
    {
      what: 'gives a folder to another user',
      added: [folder('etc', { uid: 1000 })],
      detail: 'etc is a folder whose owner changes',
    },
    {
      what: 'gives a program to another user',
      added: [fresh('usr/bin/bash', { mode: 0o755, text: 'old', uid: 1000 })],
      detail: 'usr/bin/bash belongs to bash',
    },
    {
      what: 'lets everyone write the accounts',
      added: [fresh('etc/passwd', { mode: 0o666, text: `${PASSWD}x:!:9:9::/:/bin/false\n` })],
      detail: 'etc/passwd lists accounts, and more users could read or write it',
    },
  ])('$what', async ({ added, detail }) => {
    expect(await judge([fresh(LIBRARY), ...added])).toMatchObject({
      accepted: false,
      detail: expect.stringContaining(detail),
    });
  });

  it.each<{ readonly what: string; readonly added: readonly TarEntry[]; readonly detail: string }>([
    {
      what: 'replaces only documentation of the fixed package',
      added: [fresh(COPYRIGHT)],
      detail: 'none of its files is replaced',
    },
    {
      what: 'adds only what its own list names',
      added: [
        listOf('libssl3:amd64', [...LISTED, 'usr/share/x', 'usr/lib/libx.so.1']),
        fresh('usr/share/x'),
        fresh('usr/lib/libx.so.1'),
      ],
      detail: 'none of its files is replaced',
    },
    {
      what: 'deletes a library that the update still has',
      added: [fresh('usr/lib/x86_64-linux-gnu/.wh.libssl.so.3', { text: '' })],
      detail: `${LIBRARY} is deleted, but the update of libssl3 still has it`,
    },
  ])('$what', async ({ added, detail }) => {
    expect(await judge(added)).toMatchObject({
      accepted: false,
      detail: expect.stringContaining(detail),
    });
  });

  it('leaves one of several libraries as it was', async () => {
    const other = 'usr/lib/x86_64-linux-gnu/libcrypto.so.3';
    const files = [LIBRARY, other];
    const more = {
      source: [[...SOURCE, old(other)]],
      packages: { ...PACKAGES, libssl3: { ...PACKAGES.libssl3, files } },
    };

    expect(await judge([fresh(LIBRARY)], more)).toMatchObject({
      accepted: false,
      detail: `libssl3 counts as fixed, but ${other} is not replaced`,
    });
    expect(
      await judge(
        files.map((path) => fresh(path)),
        more,
      ),
    ).toMatchObject({ accepted: true });
  });

  it('hides its files behind a made-up package without a list', async () => {
    const added = [
      fresh(LIBRARY),
      fresh('usr/bin/rootme', { mode: 0o4755 }),
      fresh('etc/ld.so.preload'),
      fresh('app/server', PROGRAM),
    ];

    const verdict = await judge(added, { packages: { ...PACKAGES, ghost: { after: '1' } } });

    expect(verdict).toMatchObject({
      accepted: false,
      detail: expect.stringMatching(
        /^app\/server is a program.*ld\.so\.preload is read.*rootme is setuid/,
      ),
    });
  });

  it('adds a setuid file while the files of a package are unknown', async () => {
    const more = {
      source: [[old('usr/bin/su', { mode: 0o4755 })]],
      packages: { tool: { before: '1', after: '2' } },
      fixed: [],
    };
    const setuid = (name: string) => [fresh(name, { mode: 0o4755 })];

    expect(await judge(setuid('usr/bin/su'), { ...more, added: setuid('usr/bin/su') })).toEqual({
      accepted: true,
      unowned: 1,
      regained: [],
    });
    expect(await judge([], { ...more, added: setuid('usr/bin/rootme') })).toMatchObject({
      detail: expect.stringContaining('usr/bin/rootme is setuid'),
    });
    expect(await judge([], { ...more, added: [fresh('etc/cron.d/x')] })).toMatchObject({
      detail: expect.stringContaining('etc/cron.d/x is read by cron'),
    });
  });

  it.each([
    fresh('etc/passwd', { text: 'root::0:0::/:/bin/sh\n' }),
    fresh('etc/ld.so.preload'),
    fresh('etc/sudoers.d/y'),
  ])('has $name, and its source is not read in time', async (file) => {
    const more = { isLate: true };

    expect(await judge([fresh(LIBRARY)], more)).toMatchObject({ accepted: true });
    expect(await judge([fresh(LIBRARY), file], more)).toMatchObject({
      accepted: false,
      detail: expect.stringContaining(file.name),
    });
  });

  it('has two files that are one on a system with a merged usr', async () => {
    const source = [
      [old('lib/libssl.so.3'), old('bin/busybox', { mode: 0o755 }), listOf('libssl3', LISTED)],
    ];
    const packages = {
      libssl3: { before: '1', after: '2', files: ['usr/lib/libssl.so.3'] },
      busybox: { before: '1', after: '1', files: ['usr/bin/busybox'] },
    };
    const evil = [
      fresh('lib/libssl.so.3'),
      fresh('bin/busybox', PROGRAM),
      fresh('usr/bin/busybox', { mode: 0o755, text: 'old' }),
    ];

    expect(await judge(evil, { source, packages })).toMatchObject({
      accepted: false,
      detail: 'usr/bin/busybox belongs to busybox, which is not updated',
    });
  });

  it.each([PROGRAM, { ...PROGRAM, mode: 0o4755 }])(
    'hides a file %o behind the other name of its path in a higher layer',
    async (program) => {
      const source = [
        [...SOURCE.filter(({ name }) => name !== 'bin'), old('bin/busybox', { mode: 0o755 })],
      ];
      const packages = {
        ...PACKAGES,
        busybox: { before: '1', after: '1', files: ['usr/bin/busybox'] },
      };
      const above = [[old('usr/bin/busybox', { mode: 0o755 })]];

      expect(
        await judge([fresh(LIBRARY), fresh('bin/busybox', program)], { source, packages, above }),
      ).toMatchObject({
        accepted: false,
        detail: 'usr/bin/busybox belongs to busybox, which is not updated',
      });
    },
  );
});

describe('on a system without a merged usr', () => {
  const SSL = 'usr/lib/libssl.so.3';
  const packages = {
    libssl3: { before: '1', after: '2', files: [SSL] },
    bash: { before: '5', after: '5', files: ['usr/bin/bash'] },
  };
  const list = listOf('libssl3', ['lib/libssl.so.3']);
  const source = [
    [
      folder('lib'),
      folder('bin'),
      list,
      listOf('bash', ['bin/bash']),
      old('lib/libssl.so.3'),
      old('bin/bash', { mode: 0o755 }),
    ],
  ];
  const gone = (name: string) => fresh(name, { text: '' });

  it.each<[string, readonly TarEntry[], string]>([
    [
      'a library stays if the update has it in another folder',
      [fresh(SSL)],
      'libssl3 counts as fixed, but none of its files is replaced',
    ],
    [
      'a program is deleted although the other folder gets the same one',
      [fresh('lib/libssl.so.3'), gone('bin/.wh.bash'), old('usr/bin/bash', { mode: 0o755 })],
      'usr/bin/bash belongs to bash, which is not updated; usr/bin/bash is deleted, but belongs to bash, which is not updated',
    ],
    [
      'a program is new if only the other folder has it',
      [fresh('lib/libssl.so.3'), old('usr/bin/bash', { mode: 0o755 })],
      'usr/bin/bash belongs to bash, which is not updated',
    ],
  ])('%s', async (_, files, detail) => {
    expect(await judge([], { source, packages, added: [list, ...files] })).toEqual({
      accepted: false,
      detail,
    });
  });

  it.each<[string, readonly TarEntry[]]>([
    ['in its own folder', [fresh('lib/libssl.so.3')]],
    ['in both folders', [fresh('lib/libssl.so.3'), fresh(SSL)]],
    ['in the other folder, and deletes the old one', [gone('lib/.wh.libssl.so.3'), fresh(SSL)]],
  ])('an update may have a library %s', async (_, files) => {
    expect(await judge([], { source, packages, added: [list, ...files] })).toMatchObject({
      accepted: true,
    });
  });

  it.each<[string, readonly TarEntry[]]>([
    ['a library', [gone('usr/lib/.wh.libssl.so.3')]],
    ['the folder of a library', [gone('usr/lib/.wh..wh..opq')]],
    ['the folder of all libraries', [gone('usr/.wh.lib')]],
  ])('the other name of %s is deleted, and it stays', async (_, deletions) => {
    const data = 'usr/share/ssl/data';
    const libssl3 = { before: '1', after: '2', files: [SSL, data] };
    const added = [list, fresh(data), ...deletions];

    expect(await judge([], { source, packages: { ...packages, libssl3 }, added })).toEqual({
      accepted: false,
      detail: `libssl3 counts as fixed, but ${SSL} is not replaced`,
    });
  });

  it('of a program and data with one path, a deletion means the one with its name', async () => {
    const files = [
      old('usr/bin/tool', { mode: 0o644 }),
      ...source.flat(),
      old('bin/tool', { mode: 0o755 }),
    ];
    const judgeDeletion = (name: string) =>
      judge([], { source: [files], packages, added: [list, fresh('lib/libssl.so.3'), gone(name)] });

    expect(await judgeDeletion('bin/.wh.tool')).toEqual({
      accepted: false,
      detail: 'usr/bin/tool is deleted, but belongs to no package',
    });
    expect(await judgeDeletion('usr/bin/.wh.tool')).toMatchObject({ accepted: true });
    expect(await judgeDeletion('usr/bin/.wh.bash')).toMatchObject({ accepted: true });
    expect(await judgeDeletion('bin/.wh.bash')).toMatchObject({ accepted: false });
  });

  it('the names are one file if the source has a link, or an unread layer may have it', async () => {
    const added = [list, fresh(SSL), old('usr/bin/bash', { mode: 0o755 })];
    const names = ['lib', 'bin'];
    const files = source.flat().filter(({ name }) => !names.includes(name));
    const linked = names.map((name) => old(name, { type: 'symlink', linkname: `usr/${name}` }));

    for (const below of [linked, 'no archive']) {
      expect(await judge([], { source: [below, files], packages, added })).toMatchObject({
        accepted: true,
      });
    }
  });
});

describe('a genuine layer is accepted if it', () => {
  it.each<{ readonly what: string; readonly added: readonly TarEntry[] }>([
    { what: 'has the folders of the source', added: [folder('etc'), folder('usr/bin')] },
    { what: 'makes new folders', added: [folder('var/new', { mode: 0o1777 })] },
    { what: "changes its own folder's mode", added: [folder('etc/ssl', { mode: 0o775 })] },
    {
      what: 'has a folder in place of a link to documentation',
      added: [folder('usr/share/doc/old'), fresh('usr/share/doc/old/x')],
    },
    {
      what: 'has a link in place of a folder with documentation',
      added: [link('usr/share/doc/folder', 'libssl3')],
    },
    { what: 'writes the link of a merged usr again', added: [link('bin', 'usr/bin')] },
  ])('$what', async ({ added }) => {
    expect(await judge([fresh(LIBRARY), ...added])).toMatchObject({ accepted: true });
  });

  it('has a library under a new name in place of the deleted one', async () => {
    const [before, after] = ['usr/lib/libssl.so.3.1', 'usr/lib/libssl.so.3.2'];
    const source = [[listOf('libssl3:amd64', [before]), old(before)]];
    const packages = { libssl3: { before: '1', after: '2' } };
    const list = listOf('libssl3:amd64', [after]);
    const deleted = fresh('usr/lib/.wh.libssl.so.3.1', { text: '' });

    expect(await judge([], { source, packages, added: [list, deleted, fresh(after)] })).toEqual({
      accepted: true,
      unowned: 0,
      regained: [],
    });
    expect(await judge([], { source, packages, added: [list, fresh(after)] })).toMatchObject({
      accepted: false,
    });
  });

  it('has the same library twice on a system without a merged usr', async () => {
    const source = [
      [
        old('lib/libssl.so.3'),
        link('usr/lib/libssl.so.3', '../../lib/libssl.so.3'),
        listOf('libssl3', ['lib/libssl.so.3', 'usr/lib/libssl.so.3']),
      ],
    ];
    const packages = { libssl3: { before: '1', after: '2', files: ['usr/lib/libssl.so.3'] } };
    const added = [fresh('lib/libssl.so.3'), link('usr/lib/libssl.so.3', '../../lib/libssl.so.3')];

    expect(await judge(added, { source, packages })).toMatchObject({ accepted: true });
  });

  it('replaces everything except a diverted library', async () => {
    const files = [LIBRARY, 'usr/lib/libGL.so.1'];
    const diversions = '/usr/lib/libGL.so.1\n/usr/lib/libGL.so.1.real\nlocal\n';
    const source = [
      [
        ...SOURCE,
        { name: 'var/lib/dpkg/diversions', text: diversions },
        old('usr/lib/libGL.so.1'),
        old('usr/lib/libGL.so.1.real'),
      ],
    ];
    const packages = { ...PACKAGES, libssl3: { ...PACKAGES.libssl3, files } };
    const added = [fresh(LIBRARY), fresh('usr/lib/libGL.so.1.real')];

    expect(await judge(added, { source, packages })).toMatchObject({ accepted: true });
  });
});
