import { describe, expect, it } from 'vitest';
import type { TarEntry } from '../layer/layer-samples.ts';
import { type ChangeScene, fresh, judgeScene, listOf, old } from './change-scene.ts';
import { judgeUpdate, PACKAGES, SOURCE } from './library-update.ts';

describe('a patch is accepted with', () => {
  it('data that no package owns, which is counted', async () => {
    expect(await judgeUpdate([fresh('var/lib/other/x'), fresh('usr/share/y')])).toEqual({
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

    expect(await judgeUpdate(added, { source })).toMatchObject({
      accepted: true,
      regained: ['usr/bin/c_rehash', 'usr/bin/mount'],
    });
    expect(await judgeUpdate(added.slice(0, 1))).toMatchObject({ accepted: true, regained: [] });
  });

  it('setuid files, each of which may be such a one if the source was not read to its end', async () => {
    const added = [fresh('bin/mount', { mode: 0o4755 })];

    expect(await judgeUpdate(added, { isLate: true })).toMatchObject({
      accepted: true,
      regained: [],
      maybeRegained: ['usr/bin/mount'],
    });
    expect(await judgeUpdate(added)).not.toHaveProperty('maybeRegained');
  });
});

describe('a patch is rejected for', () => {
  it('several paths, of which it names the first without hidden characters', async () => {
    const added = ['a\u202e\n', 'b', 'c', 'd'].map((name) => fresh(`opt/${name}`, { mode: 0o755 }));

    const verdict = await judgeUpdate(added);

    expect(verdict).toMatchObject({
      accepted: false,
      detail: expect.stringMatching(/^opt\/a {1,2}is a program.*; and 1 more$/),
    });
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

    expect(await judgeUpdate(added, { source: [SOURCE, above], packages })).toMatchObject({
      detail: expect.stringMatching(
        /^usr\/bin\/bash is a program, and no package owns it|replaces/,
      ),
    });
    expect(
      await judgeUpdate(added.slice(0, 2), { source: [SOURCE, above], packages }),
    ).toMatchObject({
      accepted: true,
    });
  });

  it.each<{ readonly what: string; readonly more: Partial<ChangeScene> }>([
    { what: 'no archive', more: { source: ['no archive'] } },
    { what: 'not read in time', more: { isLate: true } },
  ])('still refuses programs without an owner if it is $what', async ({ more }) => {
    expect(await judgeUpdate([fresh('bin/mount', { mode: 0o4755 })], more)).toMatchObject({
      accepted: true,
    });
    expect(await judgeUpdate([fresh('usr/bin/evil', { mode: 0o755 })], more)).toMatchObject({
      accepted: false,
    });
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
