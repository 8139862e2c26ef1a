import { expect, it } from 'vitest';
import type { TarEntry } from '../layer/layer-samples.ts';
import { fresh, judgeScene, listOf, old } from './change-scene.ts';

const ZLIB = 'usr/lib/libz.so.1';
const PACKAGES = {
  libssl3: { before: '1', after: '2', files: ['usr/bin/openssl'] },
  zlib1g: { before: '1', after: '1', files: [ZLIB] },
};
const BASE: readonly TarEntry[] = [
  listOf('libssl3', ['usr/bin/openssl']),
  listOf('zlib1g', [ZLIB]),
  old('usr/bin/openssl', { mode: 0o755 }),
  old(ZLIB),
];
const UPDATE = [listOf('libssl3', ['usr/bin/openssl']), fresh('usr/bin/openssl', { mode: 0o755 })];

/** The update deletes a library of a package that it does not change. */
function judgeDeletionOver(...above: readonly TarEntry[]) {
  return judgeScene({
    source: [BASE, above],
    added: [...UPDATE, fresh('usr/lib/.wh.libz.so.1', { text: '' })],
    packages: PACKAGES,
    fixed: ['libssl3'],
  });
}

it.each<[string, readonly TarEntry[]]>([
  ['nothing', []],
  ['the same name in another folder', [fresh('lib/.wh.libz.so.1', { text: '' })]],
  ['the content of that folder', [fresh('lib/.wh..wh..opq', { text: '' })]],
  ['that folder', [fresh('.wh.lib', { text: '' })]],
  [
    'that folder for a link',
    [fresh('.wh.lib', { text: '' }), fresh('lib', { type: 'symlink', linkname: 'usr/lib' })],
  ],
])('a library below usr/lib is protected if a layer of the source deletes %s', async (_, layer) => {
  expect(await judgeDeletionOver(...layer)).toEqual({
    accepted: false,
    detail: `${ZLIB} is deleted, but belongs to zlib1g, which is not updated`,
  });
});
