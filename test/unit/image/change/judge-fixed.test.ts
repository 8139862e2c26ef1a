import { describe, expect, it } from 'vitest';
import { judgeFixed } from '../../../../lib/image/change/judge-fixed.ts';
import { entryOf, linkOf } from '../layer/layer-entries.ts';
import type { TarEntry } from '../layer/layer-samples.ts';
import { type Change, factsOf } from './change-facts.ts';
import { type ChangeScene, fresh, judgeScene, old } from './change-scene.ts';
import { LIBRARY, PACKAGES, SOURCE, SSL, UPDATE } from './library-update.ts';

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
        what: 'whose files have a new time alone',
        scene: { added: [...UPDATE.slice(0, 2), fresh(LIBRARY, { text: 'old' })] },
        detail: 'the update of libssl3 counts as a fix, but',
      },
      {
        what: 'whose files have another mode alone',
        scene: { added: [...UPDATE.slice(0, 2), fresh(LIBRARY, { text: 'old', mode: 0o755 })] },
        detail: 'the update of libssl3 counts as a fix, but',
      },
      {
        what: 'whose files have a new time alone, beside an update that fixes nothing,',
        scene: {
          added: [
            ...UPDATE.slice(0, 2),
            fresh(LIBRARY, { text: 'old' }),
            fresh('usr/lib/other/data'),
          ],
          packages: {
            libssl3: { ...PACKAGES.libssl3, source: 'openssl', files: SSL },
            other: { before: '1.0', after: '1.1', files: ['usr/lib/other/data'] },
          },
        },
        detail: 'the update of libssl3 counts as a fix, but',
      },
      {
        what: 'whose documentation alone is new',
        scene: {
          source: [[...SOURCE, old('usr/share/doc/libssl3/changelog.gz')]],
          added: [
            ...UPDATE.slice(0, 2),
            fresh(LIBRARY, { text: 'old' }),
            fresh('usr/share/doc/libssl3/changelog.gz'),
          ],
          packages: {
            ...PACKAGES,
            libssl3: { ...PACKAGES.libssl3, files: [...SSL, 'usr/share/doc/libssl3/changelog.gz'] },
          },
        },
        detail: 'its files have the same content as before',
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
      what: 'with the same bytes from a new build, if its source package has other bytes',
      packages: {
        libssl3: { ...PACKAGES.libssl3, source: 'openssl', files: SSL },
        mount: { ...PACKAGES.mount, source: 'openssl', files: ['bin/mount'] },
        bash: { before: '5', after: '5', files: ['bin/bash'] },
      },
      added: [
        ...UPDATE.slice(0, 2),
        fresh(LIBRARY, { text: 'old' }),
        fresh('bin/mount', { mode: 0o4755 }),
      ],
    },
    {
      what: 'with the same bytes from a new build, if another fixed package has other bytes',
      packages: {
        libssl3: { ...PACKAGES.libssl3, source: 'openssl', files: SSL },
        'ssl-data': { before: '1.0', after: '1.1', source: 'other', files: ['usr/lib/other/data'] },
        bash: { before: '5', after: '5', files: ['bin/bash'] },
      },
      added: [...UPDATE.slice(0, 2), fresh(LIBRARY, { text: 'old' }), fresh('usr/lib/other/data')],
    },
    {
      what: 'with the same bytes and a new time, if it is for all architectures',
      packages: { ...PACKAGES, libssl3: { ...PACKAGES.libssl3, hasArchitecture: false } },
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

describe('of a fixed package with scanned files', () => {
  const [ONE, TWO, DOC] = ['usr/lib/libx.so.1', 'usr/lib/liby.so.1', 'usr/share/doc/a/copyright'];
  const old = (path: string) => entryOf(path, { content: 'old' });
  const fresh = (path: string) => entryOf(path, { content: 'new', time: 1 });
  const a = { before: '1', after: '2', files: [ONE, TWO] };

  function judge(change: Change) {
    const facts = factsOf({ source: [ONE, TWO, DOC].map(old), packages: { a }, ...change });
    return judgeFixed(new Set(facts.before.keys()), facts.before, facts);
  }

  it.each<[string, Change]>([
    ['all libraries are new', { added: [fresh(ONE), fresh(TWO)] }],
    [
      'a library is new and another is deleted',
      {
        source: [linkOf('lib', 'usr/lib'), old(ONE), old(TWO)],
        added: [fresh(ONE), entryOf('lib/.wh.liby.so.1')],
      },
    ],
    [
      'a library stays to which dpkg diverts another',
      { added: [fresh(ONE)], diversions: new Map([['usr/lib/z', TWO]]) },
    ],
    [
      'a library stays that counts as documentation',
      {
        source: [old(ONE), old('usr/share/doc/a/libz.so')],
        added: [fresh(ONE)],
        packages: { a: { ...a, files: [ONE, 'usr/share/doc/a/libz.so'] } },
      },
    ],
    [
      'a library stays, but no program is in the package',
      { added: [fresh(ONE)], packages: { a: { ...a, hasArchitecture: false } } },
    ],
    [
      'a library under a new name replaces the deleted one',
      {
        source: [linkOf('lib', 'usr/lib'), old(ONE)],
        added: [fresh('usr/lib/libx.so.2'), entryOf('lib/.wh.libx.so.1')],
        packages: { a: { ...a, files: [ONE] } },
        claimed: { a: ['usr/lib/libx.so.2'] },
      },
    ],
    [
      'a library under a new name is behind the link that was changed',
      {
        source: [linkOf('usr/lib/libx.so', 'libx.so.1')],
        added: [fresh('usr/lib/libx.so.2'), linkOf('usr/lib/libx.so', 'libx.so.2')],
        packages: { a: { ...a, files: ['usr/lib/libx.so'] } },
        claimed: { a: ['usr/lib/libx.so.2'] },
      },
    ],
    ['only documentation is in it', { packages: { a: { ...a, files: [DOC] } } }],
  ])('nothing is missing if %s', (_, change) => {
    expect(judge(change)).toBeUndefined();
  });

  it.each<[string, Change, string]>([
    ['a library stays', { added: [fresh(ONE)] }, `${TWO} is not replaced`],
    ['a library is written as it was', { added: [fresh(ONE), old(TWO)] }, `${TWO} is not replaced`],
    [
      'only documentation is new',
      { added: [fresh(DOC)], packages: { a: { ...a, files: [ONE, DOC] } } },
      'none of its files',
    ],
    ['only a link is new', { source: [], added: [linkOf(ONE, 'z')] }, 'none of its files'],
    [
      'a library under a new name comes, and the old one stays',
      { added: [fresh('usr/lib/libx.so.2')], claimed: { a: ['usr/lib/libx.so.2'] } },
      'none of its files',
    ],
    [
      'data under a new name replaces a deleted library',
      {
        added: [fresh('usr/share/x'), entryOf('lib/.wh.libx.so.1')],
        claimed: { a: ['usr/share/x'] },
      },
      'none of its files',
    ],
    [
      'only another package of its source has new files',
      {
        added: [fresh(ONE)],
        packages: {
          a: { ...a, files: [TWO], source: 's' },
          b: { ...a, files: [ONE], source: 's' },
        },
      },
      'none of its files',
    ],
  ])('something is missing if %s', (_, change, fault) => {
    expect(judge(change)).toContain(fault);
  });
});
