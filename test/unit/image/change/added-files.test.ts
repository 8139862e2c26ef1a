import { describe, expect, it } from 'vitest';
import {
  foldersAbove,
  isDeleted,
  isNameDeleted,
  mergeLayers,
} from '../../../../lib/image/change/added-files.ts';
import { entryOf, folderOf, layerOf } from '../layer/layer-entries.ts';

describe('layers that are merged', () => {
  it('have a path as the highest layer has it', () => {
    const [low, high] = [entryOf('etc/x'), entryOf('etc/x', { mode: 0o755 })];

    expect(mergeLayers([layerOf([low]), layerOf([high])]).changed.get('etc/x')).toBe(high);
  });

  it('have no file that a higher layer deletes, but one that the same layer adds again', () => {
    const low = layerOf([entryOf('etc/x')]);
    const file = entryOf('etc/x');

    const gone = mergeLayers([low, layerOf([entryOf('etc/.wh.x')])]);
    const back = mergeLayers([low, layerOf([entryOf('etc/.wh.x'), file])]);

    expect(gone.changed.has('etc/x')).toBe(false);
    expect(back.changed.get('etc/x')).toBe(file);
    expect([...gone.deleted]).toEqual(['etc/x']);
  });

  it('have no file below a folder that a higher layer deletes or empties', () => {
    const low = layerOf(['etc/x', 'opt/a/x', 'srv/x'].map((path) => entryOf(path)));
    const high = layerOf(['etc/.wh..wh..opq', 'opt/.wh.a'].map((path) => entryOf(path)));

    const { changed, hidden } = mergeLayers([low, high]);

    expect([...changed.keys()]).toEqual(['srv/x']);
    expect(hidden.map(({ path }) => path)).toEqual(['etc/x', 'opt/a/x']);
  });

  it('keep the names of all files of each layer, also of the deleted ones', () => {
    const low = layerOf([entryOf('bin/x'), entryOf('usr/bin/x'), folderOf('usr/bin')]);

    const { names, twins, folders } = mergeLayers([low, layerOf([entryOf('bin/.wh.x')])]);

    expect([...names].sort()).toEqual(['bin/x', 'usr/bin/x']);
    expect(twins).toHaveLength(1);
    expect([...folders.keys()]).toEqual(['usr/bin']);
  });

  it('name each package that claims a path once', () => {
    const layers = ['a', 'b', 'a'].map((name) => layerOf([], { [name]: ['x'] }));

    const { claims, listed } = mergeLayers(layers);

    expect(claims.get('x')).toEqual(['a', 'b']);
    expect([...listed]).toEqual(['a', 'b']);
  });
});

it.each([
  ['etc/x', true],
  ['app/a/b', true],
  ['app', true],
  ['usr/bin/x', true],
  ['usr/bin', false],
  ['application', false],
  ['etc/y', false],
])('the path %s is deleted by itself or with a folder: %s', (path, deleted) => {
  const layer = layerOf(
    ['etc/.wh.x', '.wh.app', 'usr/bin/.wh..wh..opq'].map((one) => entryOf(one)),
  );

  expect(isDeleted(layer, path)).toBe(deleted);
});

it.each([
  ['bin/x', true],
  ['usr/bin/x', false],
  ['sbin/a/x', true],
  ['sbin', false],
  ['usr/sbin/x', false],
  ['lib/a/x', true],
  ['usr/lib/a/x', false],
])('the name %s is deleted by itself or with a folder: %s', (name, deleted) => {
  const low = layerOf(['bin/.wh.x', 'lib/.wh.a'].map((one) => entryOf(one)));
  const high = layerOf([entryOf('sbin/.wh..wh..opq')]);

  expect(isNameDeleted(mergeLayers([low, high]), name)).toBe(deleted);
});

it('every name is deleted if the root is emptied', () => {
  expect(isNameDeleted(layerOf([entryOf('.wh..wh..opq')]), 'usr/bin/x')).toBe(true);
});

it('every path is deleted if the root is emptied', () => {
  expect(isDeleted(layerOf([entryOf('.wh..wh..opq')]), 'x')).toBe(true);
});

it.each([
  ['x', ['']],
  ['a/b/x', ['', 'a', 'a/b']],
])('the folders above %s are %j', (path, folders) => {
  expect(foldersAbove(path)).toEqual(folders);
});
