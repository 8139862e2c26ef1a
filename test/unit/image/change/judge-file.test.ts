import { describe, expect, it } from 'vitest';
import { isUnchanged, judgeDeletion, judgeFile } from '../../../../lib/image/change/judge-file.ts';
import type { LayerFile } from '../../../../lib/image/layer/layer-file.ts';
import { entryOf, folderOf, linkOf } from '../layer/layer-entries.ts';
import type { TarEntry } from '../layer/layer-samples.ts';
import { type Change, factsOf } from './change-facts.ts';
import { type ChangeScene, fresh, listOf, old } from './change-scene.ts';
import { judgeUpdate, PACKAGES, SOURCE, SSL } from './library-update.ts';

describe('a patch is accepted with', () => {
  it.each<{ readonly what: string; readonly added: readonly TarEntry[] }>([
    { what: 'new files of a changed package', added: [fresh('usr/bin/c_rehash', { mode: 0o755 })] },
    {
      what: 'a setuid file that a changed package had',
      added: [fresh('bin/mount', { mode: 0o4755 })],
    },
    { what: "a changed package's file for cron", added: [fresh('etc/cron.d/ssl')] },
    {
      what: 'a new file of a changed package that each login reads',
      added: [
        listOf('libssl3:amd64', [...SSL, 'etc/profile.d/ssl.sh']),
        fresh('etc/profile.d/ssl.sh'),
      ],
    },
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
    expect(await judgeUpdate(added)).toEqual({ accepted: true, unowned: 0, regained: [] });
  });
});

describe('a patch is rejected for', () => {
  it.each<{
    readonly what: string;
    readonly added: readonly TarEntry[];
    readonly more?: Partial<ChangeScene>;
    readonly detail: string;
  }>([
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
      what: 'a new script of the application',
      added: [fresh('var/www/html/x.php')],
      detail: 'var/www/html/x.php is run by an application, and no package owns it',
    },
    {
      what: 'a new file that Python runs',
      added: [fresh('usr/lib/python3/dist-packages/x.pth')],
      detail: 'usr/lib/python3/dist-packages/x.pth is run by Python',
    },
    {
      what: 'other compiled code of a module that is not updated',
      added: [fresh('usr/lib/python3/__pycache__/os.cpython-311.pyc')],
      more: { source: [SOURCE, [old('usr/lib/python3/__pycache__/os.cpython-311.pyc')]] },
      detail: 'replaces compiled code of a module that is not updated',
    },
    {
      what: 'compiled code under a name that Python does not write',
      added: [fresh('usr/lib/python3/__pycache__/os.pyc')],
      detail: 'usr/lib/python3/__pycache__/os.pyc is run by an interpreter',
    },
    {
      what: 'a hard link without an owner among programs',
      added: [fresh('usr/local/bin/sh', { type: 'link', linkname: 'usr/bin/c_rehash', mode: 0 })],
      detail: 'usr/local/bin/sh is a program',
    },
    {
      what: 'a program in usr/local that only a new package claims',
      added: [
        fresh('usr/local/bin/python', { mode: 0o755 }),
        listOf('made-up', ['usr/local/bin/python']),
      ],
      more: { packages: { ...PACKAGES, 'made-up': { after: '1' } } },
      detail: 'usr/local/bin/python is a program among those of applications',
    },
    ...['app/x.py', 'root/.bashrc', 'usr/local/lib/python3.11/sitecustomize.py'].map((path) => ({
      what: `the script ${path} that only a new package claims`,
      added: [fresh(path), listOf('made-up', [path])],
      more: { packages: { ...PACKAGES, 'made-up': { after: '1' } } },
      detail: `${path} is a program among those of applications`,
    })),
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
      added: [fresh('bin/.wh..wh..opq', { text: '' }), fresh('usr/bin/c_rehash', { mode: 0o755 })],
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
  ])('$what', async ({ added, more, detail }) => {
    expect(await judgeUpdate(added, more)).toMatchObject({
      accepted: false,
      detail: expect.stringContaining(detail),
    });
  });
});

describe('the source', () => {
  it('needs no list of a package whose lists were removed', async () => {
    const source = [SOURCE.filter(({ name }) => !name.startsWith('var/lib/dpkg/info/'))];
    const added = [
      fresh('bin/mount', { mode: 0o4755 }),
      fresh('usr/bin/c_rehash', { mode: 0o755 }),
    ];

    expect(await judgeUpdate(added, { source })).toMatchObject({ accepted: true });
    expect(await judgeUpdate([fresh('bin/bash', { mode: 0o755 })], { source })).toMatchObject({
      accepted: false,
    });
  });

  it('may own data that was written again as it was, if it is not read in time', async () => {
    const bash = { ...PACKAGES.bash, files: ['usr/bin/bash', 'usr/share/bash/data'] };
    const packages = { ...PACKAGES, bash };
    const data = [fresh('usr/share/bash/data')];
    const program = [fresh('usr/bin/bash', { mode: 0o755 })];

    expect(await judgeUpdate(data, { isLate: true, packages })).toEqual({
      accepted: true,
      unowned: 1,
      regained: [],
    });
    expect(await judgeUpdate(program, { isLate: true, packages })).toMatchObject({
      accepted: false,
    });
    expect(await judgeUpdate(data, { packages })).toMatchObject({ accepted: false });
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
      await judgeUpdate([fresh('usr/bin/c_rehash.real', { mode: 0o755 })], { source }),
    ).toMatchObject({ accepted: true });
  });
});

describe('a file that is written again is', () => {
  const before = entryOf('usr/bin/x', { content: 'a' });
  const link = linkOf('usr/bin/y', 'x');

  it.each([
    ['the time', before, { ...before, time: 1 }],
    ['the mode of a link', link, { ...link, mode: 0o755 }],
    ['nothing', link, link],
  ])('unchanged if it differs in %s alone', (_, one, other) => {
    expect(isUnchanged(one, other)).toBe(true);
  });

  it.each([
    ['the content', before, { ...before, content: 'b' }],
    ['the type', before, { ...before, type: 'other' as const }],
    ['the mode', before, { ...before, mode: 0o755 }],
    ['the user', before, { ...before, uid: 1 }],
    ['the group', before, { ...before, gid: 1 }],
    ['capabilities', before, { ...before, privileged: true }],
    ['the target of a link', link, { ...link, target: 'z' }],
  ])('changed if it differs in %s', (_, one, other) => {
    expect(isUnchanged(one, other)).toBe(false);
  });

  it('changed if its content is not known', () => {
    expect(isUnchanged(entryOf('dev/x'), entryOf('dev/x'))).toBe(false);
  });
});

const isAccepted = (verdict: string) => verdict === 'owned' || verdict === 'unowned';
const UPDATED = { a: { before: '1', after: '2' } };
const CLAIMED = { packages: UPDATED, listed: { a: [] }, claimed: { a: ['usr/bin/x'] } };

describe('an added file', () => {
  const passwd = entryOf('etc/passwd', { text: 'root:x:0:0::/:/bin/sh\n' });
  const setuid = { mode: 0o4755, privileged: true };

  it.each<[string, LayerFile, Change, string]>([
    [
      'that replaces a folder of documentation is fine',
      linkOf('usr/share/doc/x', 'y'),
      { source: [folderOf('usr/share/doc/x')] },
      'unowned',
    ],
    [
      'that replaces another folder is refused',
      linkOf('usr/share/x', 'y'),
      { source: [folderOf('usr/share/x')] },
      'replaces a folder',
    ],
    [
      'that lists accounts may not open to other users',
      { ...passwd, mode: 0o646 },
      { source: [passwd] },
      'more users',
    ],
    [
      'that lists accounts may not get another group',
      { ...passwd, gid: 1 },
      { source: [passwd] },
      'more users',
    ],
    [
      'that lists accounts may not be setuid',
      { ...passwd, ...setuid },
      { source: [passwd] },
      'its changes are unknown',
    ],
    ['that lists accounts and is new is refused', passwd, {}, 'its changes are unknown'],
    [
      'that is a link counts as no script of an updated package',
      linkOf('var/lib/dpkg/info/a.postinst', '/app/x'),
      { packages: UPDATED, source: [entryOf('app/x')] },
      'unowned',
    ],
    [
      'may not gain setuid while the files of a package are unknown',
      entryOf('usr/bin/x', setuid),
      { packages: UPDATED, source: [entryOf('usr/bin/x')] },
      'is setuid',
    ],
    [
      'may link to the alternatives that the patch leaves',
      linkOf('usr/bin/x', '/etc/alternatives/x'),
      {},
      'owned',
    ],
    [
      'that init reads may link to what a package claims',
      linkOf('etc/rc3.d/S01x', '../init.d/x'),
      { packages: UPDATED, listed: { a: [] }, claimed: { a: ['etc/init.d/x'] } },
      'owned',
    ],
    [
      'that lists passwords may not open to all readers',
      entryOf('etc/shadow', { text: 'root:*:1::::::\n', mode: 0o644 }),
      { source: [entryOf('etc/shadow', { text: '', mode: 0o640 })] },
      'more users',
    ],
    [
      'that lists accounts may lose some if an updated package owns it',
      passwd,
      {
        source: [{ ...passwd, text: `${passwd.text}x:x:9:9::/:/bin/sh\n` }],
        packages: UPDATED,
        listed: { a: ['etc/passwd'] },
      },
      'owned',
    ],
    [
      'that cron reads is refused while the files of a package are unknown',
      entryOf('etc/cron.d/x'),
      { packages: UPDATED },
      'is read by cron',
    ],
    [
      'that a package newly claims may not replace a program',
      entryOf('usr/bin/x'),
      { ...CLAIMED, source: [entryOf('usr/bin/x', { mode: 0o755 })] },
      'replaces a file of the source',
    ],
    [
      'that a package newly claims may replace a link of the system',
      entryOf('usr/bin/x'),
      { ...CLAIMED, source: [linkOf('usr/bin/x', 'y')] },
      'owned',
    ],
    [
      'may not link to alternatives in place of a program',
      linkOf('usr/bin/x', '/etc/alternatives/x'),
      { source: [entryOf('usr/bin/x', { mode: 0o755 })] },
      'is a program',
    ],
  ])('%s', (_, file, change, verdict) => {
    const judged = judgeFile(file, factsOf({ added: [file], ...change }));

    expect(judged).toEqual(
      isAccepted(verdict) ? verdict : { fault: expect.stringContaining(verdict) },
    );
  });
});

describe('a deleted file', () => {
  const PROGRAM = { mode: 0o755 };

  it.each<[string, LayerFile, Change, string]>([
    ['of the system without power is fine', entryOf('var/lib/x'), {}, 'owned'],
    ['of an application is refused', entryOf('app/x'), {}, 'belongs to no package'],
    ['that runs is refused', entryOf('usr/bin/x', PROGRAM), {}, 'belongs to no package'],
    ['that cron reads is refused', entryOf('etc/cron.d/x'), {}, 'belongs to no package'],
    ['that lists accounts is refused', entryOf('etc/group'), {}, 'belongs to no package'],
    ['of the package manager is fine', entryOf('var/lib/apt/x', PROGRAM), {}, 'owned'],
    [
      'of the package manager is fine, also if a package of the same version owns it',
      entryOf('var/lib/apt/x'),
      { packages: { a: { before: '1', after: '1' } }, listed: { a: ['var/lib/apt/x'] } },
      'owned',
    ],
    [
      'of a package of the same version is refused',
      entryOf('var/lib/x'),
      { packages: { a: { before: '1', after: '1' } }, listed: { a: ['var/lib/x'] } },
      'belongs to a, which is not updated',
    ],
    [
      'of an updated package is fine',
      entryOf('usr/bin/x', PROGRAM),
      { packages: UPDATED, listed: { a: ['usr/bin/x'] } },
      'owned',
    ],
    [
      'that the update still has is refused',
      entryOf('usr/bin/x', PROGRAM),
      { packages: UPDATED, listed: { a: ['usr/bin/x'] }, claimed: { a: ['usr/bin/x'] } },
      'the update of a still has it',
    ],
    [
      'that the update still has, but that is data, is fine',
      entryOf('usr/share/x'),
      { packages: UPDATED, listed: { a: ['usr/share/x'] }, claimed: { a: ['usr/share/x'] } },
      'owned',
    ],
  ])('%s', (_, file, change, verdict) => {
    const deletion = file.path.replace(/[^/]+$/, '.wh.$&');
    const facts = factsOf({ source: [file], added: [entryOf(deletion)], ...change });
    const judged = judgeDeletion(file, facts);

    expect(judged).toEqual(
      isAccepted(verdict) ? verdict : { fault: expect.stringContaining(verdict) },
    );
  });
});
