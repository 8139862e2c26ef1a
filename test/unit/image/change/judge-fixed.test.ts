import { describe, expect, it } from 'vitest';
import type { TarEntry } from '../layer/layer-samples.ts';
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
