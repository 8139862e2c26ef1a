import { describe, expect, it } from 'vitest';
import { deletionOf, LayerContents } from '../../../../lib/image/layer/layer-contents.ts';
import type { LayerFile } from '../../../../lib/image/layer/layer-file.ts';
import { entryOf, folderOf, layerOf, linkOf } from './layer-entries.ts';

it.each([
  ['etc/.wh.passwd', { path: 'etc/passwd', below: false }],
  ['.wh.lib', { path: 'usr/lib', below: false }],
  ['usr/bin/.wh..wh..opq', { path: 'usr/bin', below: true }],
  ['.wh..wh..opq', { path: '', below: true }],
  ['etc/passwd', undefined],
  ['etc/.wh.d/x', undefined],
  ['etc/x.wh.y', undefined],
])('the entry %s deletes %j', (path, deletion) => {
  expect(deletionOf(path)).toEqual(deletion);
});

describe('the changes of a layer', () => {
  it('have each entry in the one group to which it belongs', () => {
    const link = linkOf('usr/bin/x', 'y');
    const folder = folderOf('etc/x');

    const files = layerOf([
      link,
      folder,
      entryOf('etc/.wh.passwd'),
      entryOf('var/cache/.wh..wh..opq'),
    ]);

    expect([...files.changed]).toEqual([['usr/bin/x', link]]);
    expect([...files.folders]).toEqual([['etc/x', folder]]);
    expect([...files.deleted]).toEqual(['etc/passwd']);
    expect([...files.emptied]).toEqual(['var/cache']);
    expect([...files.above].sort()).toEqual(['etc', 'usr', 'usr/bin', 'var', 'var/cache']);
  });

  it('keep both names of one path, and the last entry of each', () => {
    const [first, other, last] = [entryOf('bin/x'), entryOf('usr/bin/x'), entryOf('bin/x')];

    const { changed, twins } = layerOf([first, other, last]);

    expect(changed.get('usr/bin/x')).toBe(last);
    expect(twins).toEqual([other]);
  });

  it('keep the names of deletions, of the content of a folder with a slash', () => {
    const deletions = ['bin/.wh.x', '.wh.lib', 'sbin/.wh..wh..opq', '.wh..wh..opq'];

    const { deletedNames } = layerOf(deletions.map((name) => entryOf(name)));

    expect([...deletedNames]).toEqual(['bin/x', 'lib', 'sbin/', '/']);
  });

  it('have a folder as made only if it comes before what is in it', () => {
    const entries = [folderOf('a'), entryOf('a/x'), entryOf('b/x'), folderOf('b')];

    expect([...layerOf(entries).made]).toEqual(['a']);
  });

  it('name each package of a path once, and packages with an empty list', () => {
    const { claims, listed } = layerOf([], { a: ['x', 'x'], b: ['x'], c: [] });

    expect([...claims]).toEqual([['x', ['a', 'b']]]);
    expect([...listed]).toEqual(['a', 'b', 'c']);
  });
});

describe('a layer is too large', () => {
  it('with more owned paths than allowed', () => {
    const contents = new LayerContents({ maxOwned: 2 });
    const line = contents.addList('var/lib/dpkg/info/a.list');
    for (const path of ['/x', '/y', '/y']) line(path);

    expect(() => line('/z')).toThrow('more than 2 paths');
  });

  it('with more folders than memory should hold', () => {
    const contents = new LayerContents({ maxOwned: 1 });
    const deep = (name: string) => entryOf(`${name}/${'x/'.repeat(19)}x`);
    const addAll = () => {
      for (let at = 0; at < 12_501; at += 1) contents.add(deep(`${at}`));
    };

    expect(addAll).toThrow('more than 250000 folders');
  });
});

describe('the content of an entry', () => {
  it('is kept with the file', () => {
    const contents = new LayerContents({ maxOwned: 1 });
    const file = entryOf('usr/bin/x');
    contents.add(file);
    contents.content(file)?.end();

    expect(contents.changes().files.changed.get('usr/bin/x')).toMatchObject({ isElf: false });
  });

  it.each<[string, LayerFile]>([
    ['a deletion', entryOf('etc/.wh.x')],
    ['a folder', folderOf('etc/x')],
  ])('is not read for %s', (_, entry) => {
    const contents = new LayerContents({ maxOwned: 1 });
    contents.add(entry);

    expect(contents.content(entry)).toBeUndefined();
  });

  it('is not read for an entry that a later one replaced', () => {
    const contents = new LayerContents({ maxOwned: 1 });
    const [first, last] = [entryOf('bin/x'), entryOf('usr/bin/x')];
    contents.add(first);
    contents.add(last);

    expect(contents.content(first)).toBeUndefined();
    expect(contents.content(last)).toBeDefined();
  });
});
