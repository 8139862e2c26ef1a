import { describe, expect, it } from 'vitest';
import type { TarEntry } from '../layer/layer-samples.ts';
import { type ChangeScene, fresh, judgeScene, listOf, old } from './change-scene.ts';

const LIBRARY = 'usr/lib/x86_64-linux-gnu/libssl.so.3';
const SSL = [
  LIBRARY,
  'usr/lib/ssl/openssl.cnf',
  'etc/cron.d/ssl',
  'usr/lib/ssl/x.py',
  'usr/bin/c_rehash',
];
const SOURCE: readonly TarEntry[] = [
  listOf('libssl3:amd64', SSL),
  listOf('bash', ['bin/bash', 'etc/bash.bashrc']),
  listOf('mount', ['bin/mount']),
  ...SSL.map((name) => old(name)),
  old('bin/bash', { mode: 0o755 }),
  old('bin/mount', { mode: 0o4755 }),
  old('etc/bash.bashrc'),
  old('app/server', { mode: 0o755 }),
  old('app/page.html'),
  old('usr/local/bin/tool', { mode: 0o755 }),
  old('etc/passwd', { text: 'root:x:0:0::/root:/bin/bash\n' }),
  old('var/lib/thing/cache'),
];
const PACKAGES = {
  libssl3: { before: '1.0', after: '1.1' },
  mount: { before: '1.0', after: '1.1' },
  bash: { before: '5', after: '5' },
};
/** A real update of the library, and of `mount`. */
const UPDATE = [listOf('libssl3:amd64', SSL), listOf('mount', ['bin/mount']), fresh(LIBRARY)];

function judge(added: readonly TarEntry[], more: Partial<ChangeScene> = {}) {
  return judgeScene({
    source: [SOURCE],
    added: [...UPDATE, ...added],
    packages: PACKAGES,
    fixed: ['libssl3'],
    ...more,
  });
}

describe('a patch is accepted with', () => {
  it.each<{ readonly what: string; readonly added: readonly TarEntry[] }>([
    { what: 'new files of a changed package', added: [fresh('usr/bin/c_rehash', { mode: 0o755 })] },
    {
      what: 'a setuid file that a changed package had',
      added: [fresh('bin/mount', { mode: 0o4755 })],
    },
    { what: "a changed package's file for cron", added: [fresh('etc/cron.d/ssl')] },
    {
      what: 'a new file in the list of a changed package',
      added: [listOf('libssl3:amd64', [...SSL, 'usr/lib/new.so.1']), fresh('usr/lib/new.so.1')],
    },
    {
      what: 'a link to a file of a changed package',
      added: [
        fresh('usr/lib/libssl.so', { type: 'symlink', linkname: 'x86_64-linux-gnu/libssl.so.3' }),
      ],
    },
    {
      what: 'a link through the alternatives',
      added: [
        fresh('usr/bin/rehash', { type: 'symlink', linkname: '/etc/alternatives/rehash' }),
        fresh('etc/alternatives/rehash', { type: 'symlink', linkname: '/usr/bin/c_rehash' }),
      ],
    },
    {
      what: 'the scripts of a changed package',
      added: [fresh('var/lib/dpkg/info/libssl3:amd64.postinst', { mode: 0o755 })],
    },
    {
      what: 'data of the package manager',
      added: [
        fresh('var/lib/dpkg/status'),
        fresh('var/log/apt/term.log'),
        fresh('etc/ld.so.cache'),
      ],
    },
    {
      what: 'compiled code of an owned source',
      added: [fresh('usr/lib/ssl/__pycache__/x.cpython-311.pyc')],
    },
    {
      what: 'a configuration file beside the changed one',
      added: [fresh('etc/cron.d/ssl.dpkg-dist')],
    },
    {
      what: 'a file of another package that is written again as it was',
      added: [fresh('bin/bash', { mode: 0o755, text: 'old' })],
    },
    {
      what: 'a deleted file of a changed package',
      added: [fresh('usr/bin/.wh.c_rehash', { text: '' })],
    },
    { what: 'a deletion of what is not there', added: [fresh('opt/.wh.x', { text: '' })] },
    {
      what: 'changed or deleted data of the system that no package owns',
      added: [fresh('var/lib/thing/.wh.cache', { text: '' })],
    },
    {
      what: 'a locked system account',
      added: [
        fresh('etc/passwd', {
          text: 'root:x:0:0::/root:/bin/bash\nssl:x:101:65534::/nonexistent:/usr/sbin/nologin\n',
        }),
      ],
    },
  ])('$what', async ({ added }) => {
    expect(await judge(added)).toEqual({ accepted: true, unowned: 0, regained: [] });
  });

  it('data that no package owns, which is counted', async () => {
    expect(await judge([fresh('var/lib/other/x'), fresh('usr/share/y')])).toEqual({
      accepted: true,
      unowned: 2,
      regained: [],
    });
  });

  it('setuid files of changed packages, and lists those from which the source had taken it', async () => {
    const source = [SOURCE, [old('bin/mount', { mode: 0o755 })]];
    const added = [
      fresh('bin/mount', { mode: 0o4755 }),
      fresh('usr/bin/c_rehash', { mode: 0o4755 }),
    ];

    expect(await judge(added, { source })).toMatchObject({
      accepted: true,
      regained: ['usr/bin/c_rehash', 'usr/bin/mount'],
    });
    expect(await judge(added.slice(0, 1))).toMatchObject({ accepted: true, regained: [] });
  });
});

describe('a patch is rejected for', () => {
  it.each<{ readonly what: string; readonly added: readonly TarEntry[]; readonly detail: string }>([
    {
      what: 'a program without an owner',
      added: [fresh('usr/bin/evil', { mode: 0o755 })],
      detail: 'usr/bin/evil is a program',
    },
    {
      what: 'a library without an owner',
      added: [fresh('usr/lib/libevil.so.1')],
      detail: 'usr/lib/libevil.so.1 is a program',
    },
    {
      what: 'code in the ELF format, whatever its mode',
      added: [fresh('var/lib/x', { text: '\x7fELF' })],
      detail: 'var/lib/x is a program',
    },
    {
      what: 'a program at a path that leaves the layer',
      added: [fresh('../../usr/bin/./evil', { mode: 0o755 })],
      detail: 'usr/bin/evil is',
    },
    {
      what: 'a replaced program of the application',
      added: [fresh('app/server', { mode: 0o755 })],
      detail: 'app/server is a program',
    },
    {
      what: 'replaced data of the application',
      added: [fresh('app/page.html')],
      detail: 'app/page.html replaces a file',
    },
    {
      what: 'a link in place of a program',
      added: [fresh('usr/local/bin/tool', { type: 'symlink', linkname: '/usr/bin/c_rehash' })],
      detail: 'usr/local/bin/tool is a program',
    },
    {
      what: 'a setuid file without an owner',
      added: [fresh('var/cache/apt/su', { mode: 0o4755 })],
      detail: 'var/cache/apt/su is setuid',
    },
    {
      what: 'a setuid file that only a new list claims',
      added: [
        fresh('usr/bin/rootme', { mode: 0o4755 }),
        listOf('libssl3:amd64', [...SSL, 'usr/bin/rootme']),
      ],
      detail: 'usr/bin/rootme is setuid',
    },
    {
      what: 'a setuid file that a made-up package claims',
      added: [
        fresh('usr/bin/rootme', { mode: 0o4755 }),
        listOf('nosuchpackage', ['usr/bin/rootme']),
      ],
      detail: 'usr/bin/rootme is setuid',
    },
    {
      what: 'a setuid file beside an empty database of rpm',
      added: [fresh('usr/bin/rootme', { mode: 0o4755 }), fresh('var/lib/rpm/x')],
      detail: 'usr/bin/rootme is setuid',
    },
    {
      what: 'a file of the application that a new list claims',
      added: [fresh('app/page.html'), listOf('libssl3:amd64', [...SSL, 'app/page.html'])],
      detail: 'app/page.html replaces',
    },
    {
      what: 'a file of an unchanged package',
      added: [fresh('bin/bash', { mode: 0o755 })],
      detail: 'usr/bin/bash belongs to bash, which is not updated',
    },
    {
      what: 'a file of an unchanged package that a new list claims',
      added: [fresh('etc/bash.bashrc'), listOf('libssl3:amd64', [...SSL, 'etc/bash.bashrc'])],
      detail: 'etc/bash.bashrc belongs to bash',
    },
    {
      what: 'a script of an unchanged package',
      added: [fresh('var/lib/dpkg/info/bash.postinst', { mode: 0o755 })],
      detail: 'var/lib/dpkg/info/bash.postinst is a program',
    },
    {
      what: 'a preloaded library',
      added: [fresh('etc/ld.so.preload')],
      detail: 'etc/ld.so.preload is read by the loader',
    },
    {
      what: 'a job for cron',
      added: [fresh('etc/cron.d/x')],
      detail: 'etc/cron.d/x is read by cron',
    },
    {
      what: 'a job for cron that only a new list claims',
      added: [fresh('etc/cron.d/x'), listOf('libssl3:amd64', [...SSL, 'etc/cron.d/x'])],
      detail: 'etc/cron.d/x is read by cron',
    },
    {
      what: 'a rule for PAM',
      added: [fresh('etc/pam.d/common-auth')],
      detail: 'etc/pam.d/common-auth is read by PAM',
    },
    {
      what: 'a second root',
      added: [fresh('etc/passwd', { text: 'root:x:0:0::/root:/bin/bash\nr00t::0:0:::\n' })],
      detail: 'etc/passwd adds an account',
    },
    {
      what: 'a root without a password',
      added: [fresh('etc/passwd', { text: 'root::0:0::/root:/bin/bash\n' })],
      detail: 'etc/passwd changes an account',
    },
    {
      what: 'a deleted file of an unchanged package',
      added: [fresh('bin/.wh.bash', { text: '' })],
      detail: 'usr/bin/bash is deleted, but belongs to bash',
    },
    {
      what: 'an emptied folder of an unchanged package',
      added: [
        fresh('usr/bin/.wh..wh..opq', { text: '' }),
        fresh('usr/bin/c_rehash', { mode: 0o755 }),
      ],
      detail: 'usr/bin/bash is deleted',
    },
    {
      what: 'a deleted folder of the application',
      added: [fresh('.wh.app', { text: '' })],
      detail: 'app/page.html is deleted',
    },
    {
      what: 'deleted accounts',
      added: [fresh('etc/.wh.passwd', { text: '' })],
      detail: 'etc/passwd is deleted',
    },
  ])('$what', async ({ added, detail }) => {
    expect(await judge(added)).toMatchObject({
      accepted: false,
      detail: expect.stringContaining(detail),
    });
  });

  it('several paths, of which it names the first without hidden characters', async () => {
    const added = ['a\u202e\n', 'b', 'c', 'd'].map((name) => fresh(`opt/${name}`, { mode: 0o755 }));

    const verdict = await judge(added);

    expect(verdict).toMatchObject({
      accepted: false,
      detail: expect.stringMatching(/^opt\/a {1,2}is a program.*; and 1 more$/),
    });
  });
});

describe('a fixed package', () => {
  const status = fresh('var/lib/dpkg/status');

  it.each<{ readonly what: string; readonly scene: Partial<ChangeScene>; readonly detail: string }>(
    [
      {
        what: 'whose record alone changes',
        scene: { added: [status] },
        detail: 'libssl3 counts as fixed, but none of its files is replaced',
      },
      {
        what: 'whose files are written again as they were',
        scene: { added: [...UPDATE.slice(0, 2), old(LIBRARY)] },
        detail: 'none of its files is replaced',
      },
      {
        what: 'whose list stays',
        scene: { added: [fresh(LIBRARY)] },
        detail: 'its file list is not replaced',
      },
      {
        what: 'that only a scan lists',
        scene: {
          added: [status],
          source: [[]],
          packages: { ...PACKAGES, libssl3: { ...PACKAGES.libssl3, files: SSL } },
        },
        detail: 'none of its files is replaced',
      },
    ],
  )('$what is refused', async ({ scene, detail }) => {
    const verdict = await judgeScene({
      source: [SOURCE],
      added: UPDATE,
      packages: PACKAGES,
      fixed: ['libssl3'],
      ...scene,
    });

    expect(verdict).toMatchObject({ accepted: false, detail: expect.stringContaining(detail) });
  });

  it.each<{
    readonly what: string;
    readonly packages: ChangeScene['packages'];
    readonly added: readonly TarEntry[];
  }>([
    {
      what: 'with the same bytes from a new build',
      packages: PACKAGES,
      added: [...UPDATE.slice(0, 2), fresh(LIBRARY, { text: 'old' })],
    },
    {
      what: 'without programs, if its source package has new files',
      packages: {
        ...PACKAGES,
        libssl3: { ...PACKAGES.libssl3, source: 'openssl', files: SSL },
        'ssl-data': {
          before: '1.0',
          after: '1.1',
          source: 'openssl',
          hasArchitecture: false,
          files: ['usr/share/ssl/data'],
        },
      },
      added: UPDATE,
    },
    {
      what: 'with documentation only',
      packages: {
        ...PACKAGES,
        libssl3: { ...PACKAGES.libssl3, files: SSL },
        'ssl-data': { before: '1.0', after: '1.1', files: ['usr/share/doc/ssl-data/copyright'] },
      },
      added: UPDATE,
    },
  ])('$what is accepted', async ({ packages, added }) => {
    const fixed = ['libssl3', ...Object.keys(packages).filter((name) => name === 'ssl-data')];

    const verdict = await judgeScene({
      source: [SOURCE],
      added: [...added, fresh('usr/share/x')],
      packages,
      fixed,
    });

    expect(verdict).toMatchObject({ accepted: true });
  });
});

describe('the source', () => {
  it('counts as its highest layer shows it', async () => {
    const above = [
      listOf('bash', []),
      old('app/.wh.server', { text: '' }),
      listOf('server', ['app/server']),
    ];
    const packages = { ...PACKAGES, server: { before: '1', after: '2' } };
    const added = [
      listOf('server', ['app/server']),
      fresh('app/server', { mode: 0o755 }),
      fresh('bin/bash'),
    ];

    expect(await judge(added, { source: [SOURCE, above], packages })).toMatchObject({
      detail: expect.stringMatching(
        /^usr\/bin\/bash is a program, and no package owns it|replaces/,
      ),
    });
    expect(await judge(added.slice(0, 2), { source: [SOURCE, above], packages })).toMatchObject({
      accepted: true,
    });
  });

  it('needs no list of a package whose lists were removed', async () => {
    const source = [SOURCE.filter(({ name }) => !name.startsWith('var/lib/dpkg/info/'))];
    const added = [
      fresh('bin/mount', { mode: 0o4755 }),
      fresh('usr/bin/c_rehash', { mode: 0o755 }),
    ];

    expect(await judge(added, { source })).toMatchObject({ accepted: true });
    expect(await judge([fresh('bin/bash', { mode: 0o755 })], { source })).toMatchObject({
      accepted: false,
    });
  });

  it.each<{ readonly what: string; readonly more: Partial<ChangeScene> }>([
    { what: 'no archive', more: { source: ['no archive'] } },
    { what: 'not read in time', more: { isLate: true } },
  ])('still refuses programs without an owner if it is $what', async ({ more }) => {
    expect(await judge([fresh('bin/mount', { mode: 0o4755 })], more)).toMatchObject({
      accepted: true,
    });
    expect(await judge([fresh('usr/bin/evil', { mode: 0o755 })], more)).toMatchObject({
      accepted: false,
    });
  });

  it('may own data that was written again as it was, if it is not read in time', async () => {
    const bash = { ...PACKAGES.bash, files: ['usr/bin/bash', 'usr/share/bash/data'] };
    const packages = { ...PACKAGES, bash };
    const data = [fresh('usr/share/bash/data')];
    const program = [fresh('usr/bin/bash', { mode: 0o755 })];

    expect(await judge(data, { isLate: true, packages })).toEqual({
      accepted: true,
      unowned: 1,
      regained: [],
    });
    expect(await judge(program, { isLate: true, packages })).toMatchObject({ accepted: false });
    expect(await judge(data, { packages })).toMatchObject({ accepted: false });
  });

  it('may divert a file of a package', async () => {
    const source = [
      [
        ...SOURCE,
        {
          name: 'var/lib/dpkg/diversions',
          text: '/usr/bin/c_rehash\n/usr/bin/c_rehash.real\nlocal\n',
        },
        old('usr/bin/c_rehash.real', { mode: 0o755 }),
      ],
    ];

    expect(
      await judge([fresh('usr/bin/c_rehash.real', { mode: 0o755 })], { source }),
    ).toMatchObject({ accepted: true });
  });
});

describe('a patch of Alpine, from layers in the format of apk', () => {
  const installed = (version: string) => ({
    name: 'lib/apk/db/installed',
    text: `C:Q1\nP:busybox\nV:${version}\nF:bin\nM:0:0:755\nR:busybox\na:0:0:755\n\nP:musl\nV:1.2\nF:lib\nR:ld-musl-x86_64.so.1\n`,
  });
  const source = [
    [installed('1.36'), old('bin/busybox', { mode: 0o755 }), old('lib/ld-musl-x86_64.so.1')],
  ];
  const packages = {
    busybox: { before: '1.36', after: '1.37', files: ['usr/bin/busybox'] },
    musl: { before: '1.2', after: '1.2', files: ['usr/lib/ld-musl-x86_64.so.1'] },
  };
  const update = [
    installed('1.37'),
    fresh('etc/apk/world'),
    fresh('bin/busybox', { mode: 0o755 }),
    fresh('bin/newtool', { type: 'symlink', linkname: '/bin/busybox' }),
  ];

  it('is accepted with new commands of busybox', async () => {
    const verdict = await judgeScene({ source, packages, added: update, fixed: ['busybox'] });

    expect(verdict).toEqual({ accepted: true, unowned: 0, regained: [] });
  });

  it('is rejected with another loader, or if only the database changes', async () => {
    const loader = [...update, fresh('lib/ld-musl-x86_64.so.1', { mode: 0o755 })];
    const paper = update.slice(0, 2);

    const verdicts = [
      await judgeScene({ source, packages, added: loader, fixed: ['busybox'] }),
      await judgeScene({ source, packages, added: paper, fixed: ['busybox'] }),
    ];

    expect(verdicts).toEqual([
      { accepted: false, detail: expect.stringContaining('belongs to musl') },
      { accepted: false, detail: expect.stringContaining('busybox counts as fixed') },
    ]);
  });
});

describe('a patch of a system with rpm, whose lists come from the scans', () => {
  const source = [[old('usr/bin/curl', { mode: 0o755 }), old('usr/bin/bash', { mode: 0o755 })]];
  const packages = {
    curl: { before: '7.1', after: '7.2', files: ['usr/bin/curl', 'etc/curlrc'] },
    bash: { before: '5', after: '5', files: ['usr/bin/bash'] },
  };
  const update = [fresh('var/lib/rpm/rpmdb.sqlite'), fresh('usr/bin/curl', { mode: 0o755 })];

  it.each<{ readonly what: string; readonly added: readonly TarEntry[]; readonly detail: string }>([
    { what: 'only the database', added: update.slice(0, 1), detail: 'curl counts as fixed' },
    {
      what: 'a file of an unchanged package',
      added: [...update, fresh('usr/bin/bash', { mode: 0o755 })],
      detail: 'usr/bin/bash belongs to bash',
    },
    {
      what: 'a program without an owner',
      added: [...update, fresh('usr/bin/evil', { mode: 0o755 })],
      detail: 'usr/bin/evil is a program',
    },
  ])('is rejected with $what', async ({ added, detail }) => {
    const verdict = await judgeScene({ source, packages, added, fixed: ['curl'] });

    expect(verdict).toMatchObject({ accepted: false, detail: expect.stringContaining(detail) });
    expect(await judgeScene({ source, packages, added: update, fixed: ['curl'] })).toEqual({
      accepted: true,
      unowned: 0,
      regained: [],
    });
  });

  it('only counts files without an owner if the files of a changed package are unknown', async () => {
    const unknown = { ...packages, tool: { before: '1', after: '2' } };
    const added = [...update, fresh('opt/tool', { mode: 0o755 })];

    const verdict = await judgeScene({ source, packages: unknown, added, fixed: ['curl'] });

    expect(verdict).toEqual({ accepted: true, unowned: 1, regained: [] });
  });
});
