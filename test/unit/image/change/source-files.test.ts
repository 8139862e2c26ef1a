import { describe, expect, it } from 'vitest';
import { mergeLayers } from '../../../../lib/image/change/added-files.ts';
import { SourceFiles } from '../../../../lib/image/change/source-files.ts';
import type { LayerFile } from '../../../../lib/image/layer/layer-file.ts';
import { entryOf, folderOf, layerOf, linkOf } from '../layer/layer-entries.ts';

/** Reads layers of entries, from the highest to the lowest, beside a patch that adds these. */
function read(added: readonly LayerFile[], ...layers: readonly (readonly LayerFile[])[]) {
  const files = new SourceFiles(mergeLayers([layerOf(added)]));
  for (const layer of layers) {
    const visitor = files.layer();
    for (const entry of layer) visitor.entry(entry);
  }
  return files;
}

describe('the files of a source', () => {
  it('are those that the patch changes or deletes', () => {
    const source = ['etc/x', 'app/y', 'usr/z'].map((path) => entryOf(path));

    const { files } = read([entryOf('etc/x'), entryOf('.wh.app')], [...source, folderOf('app')]);

    expect([...files.keys()]).toEqual(['etc/x', 'app/y']);
  });

  it('are as the highest layer has them', () => {
    const [high, low] = [entryOf('etc/x', { mode: 0o600 }), entryOf('etc/x')];

    expect(read([entryOf('etc/x')], [high], [low]).files.get('etc/x')).toBe(high);
  });

  it.each([
    ['etc/.wh.x', true],
    ['.wh.etc', true],
    ['etc/.wh..wh..opq', true],
    ['.wh..wh..opq', true],
    ['etc/.wh.y', false],
    ['etc/x/.wh..wh..opq', false],
  ])('lack one that the entry %s of a higher layer hides: %s', (deletion, hidden) => {
    const { files } = read([entryOf('etc/x')], [entryOf(deletion)], [entryOf('etc/x')]);

    expect(files.has('etc/x')).toBe(!hidden);
  });

  it('have one that a deletion in its own layer or below does not hide', () => {
    const deletion = entryOf('etc/.wh.x');

    expect(read([entryOf('etc/x')], [deletion, entryOf('etc/x')]).files.size).toBe(1);
    expect(read([entryOf('etc/x')], [entryOf('etc/x')], [deletion]).files.size).toBe(1);
  });

  it('have what was in a folder that the patch replaces', () => {
    const { files, replacedFolders } = read([linkOf('app', '/etc')], [entryOf('app/x')]);

    expect([...files.keys()]).toEqual(['app/x']);
    expect([...replacedFolders]).toEqual(['app']);
  });

  it('lack what is below a name that was no folder any more', () => {
    const layers = [[linkOf('app', '/srv')], [entryOf('app/x')]];

    const { files, replacedFolders } = read([linkOf('app', '/etc')], ...layers);

    expect([...files.keys()]).toEqual(['app']);
    expect(replacedFolders.size).toBe(0);
  });
});

it('counts a folder entry at the name of an added file as replaced', () => {
  const added = [entryOf('etc/x')];

  expect([...read(added, [folderOf('etc/x')]).replacedFolders]).toEqual(['etc/x']);
  expect([...read(added, [folderOf('etc')]).replacedFolders]).toEqual([]);
});

it('has nodes at added names, at the folders above them, and at added folders', () => {
  const added = [entryOf('bin/x'), folderOf('etc/y')];
  const source = ['bin', 'bin/x', 'etc', 'etc/y', 'usr/bin/x', 'srv'].map((name) => {
    return folderOf(name);
  });

  expect([...read(added, source).nodes.keys()]).toEqual(['bin', 'bin/x', 'etc', 'etc/y']);
});

it('has a node as the highest layer has it', () => {
  const [high, low] = [linkOf('etc', '/srv'), folderOf('etc')];

  expect(read([entryOf('etc/x')], [high], [low]).nodes.get('etc')).toBe(high);
});

it('knows each shared library, but no link to one', () => {
  const source = [entryOf('lib/liba.so.1'), linkOf('lib/liba.so', 'liba.so.1'), entryOf('lib/x')];

  expect([...read([], source).libraries]).toEqual(['usr/lib/liba.so.1']);
});

describe('a package list', () => {
  const LIST = 'var/lib/dpkg/info/a.list';

  function readLists(...layers: readonly (readonly string[])[]) {
    const files = read([entryOf('etc/x'), folderOf('srv/y')]);
    for (const paths of layers) {
      const line = files.layer().packageList(entryOf(LIST));
      for (const path of paths) line(path);
    }
    return files;
  }

  it('gives owners to what the patch changes and to its folders, each once', () => {
    const { owners, listed } = readLists(['/etc/x', '/etc/x', '/srv/y', '/usr/z']);

    expect([...owners]).toEqual([
      ['etc/x', ['a']],
      ['srv/y', ['a']],
    ]);
    expect([...listed]).toEqual(['a']);
  });

  it('counts as the highest layer has it', () => {
    expect(readLists([], ['/etc/x']).owners.size).toBe(0);
  });

  it('does not count if a higher layer deletes it', () => {
    const files = read([entryOf('etc/x')], [entryOf('var/lib/dpkg/info/.wh.a.list')]);
    files.layer().packageList(entryOf(LIST))('/etc/x');

    expect(files.owners.size).toBe(0);
    expect(files.listed.size).toBe(0);
  });
});

it("reads dpkg's diversions of the highest layer only", () => {
  const files = read([]);
  for (const path of ['/usr/a', '/usr/b']) {
    const reader = files.layer().content?.(entryOf('var/lib/dpkg/diversions'));
    reader?.bytes(Buffer.from(`${path}\n${path}.real\na\n`));
    reader?.end();
  }

  expect([...files.diversions]).toEqual([['usr/a.real', 'usr/a']]);
});

it('reads the content of the files that are compared, and of no other', () => {
  const [compared, other] = [entryOf('etc/x'), entryOf('etc/y')];
  const files = read([compared]);
  const visitor = files.layer();
  for (const entry of [compared, other]) {
    visitor.entry(entry);
    visitor.content?.(entry)?.end();
  }

  expect(files.files.get('etc/x')).toMatchObject({ isElf: false });
  expect(visitor.content?.(other)).toBeUndefined();
});

const small = () => new SourceFiles(mergeLayers([layerOf([])]), 500);

it('refuses a source that deletes more paths than memory should hold', () => {
  const visitor = small().layer();
  const deletion = entryOf('x/.wh..wh..opq');
  const deleteAll = () => {
    for (let at = 0; at <= 500; at += 1) visitor.entry(deletion);
  };

  expect(deleteAll).toThrow('more than 500 paths');
});

it('refuses a source that records more packages than memory should hold', () => {
  const line = small().layer().packageList(entryOf('usr/lib/apk/db/installed'));
  const listAll = () => {
    for (let at = 0; at <= 500; at += 1) line(`P:${at}`);
  };

  expect(listAll).toThrow('more than 500 paths');
});

it('refuses a source with more package lists than memory should hold', () => {
  const visitor = small().layer();
  const listAll = () => {
    for (let at = 0; at <= 500; at += 1) {
      visitor.packageList(entryOf(`var/lib/dpkg/status.d/p${at}.md5sums`));
    }
  };

  expect(listAll).toThrow('more than 500 paths');
});

describe('the other name of a deleted file', () => {
  const [short, long] = [entryOf('bin/x'), entryOf('usr/bin/x')];
  const deletes = [entryOf('bin/.wh.x')];

  it('is deleted with it only if a link joins the two, or an unread layer may have one', () => {
    const linked = read(deletes, [linkOf('bin', 'usr/bin'), long]);
    const apart = read(deletes, [folderOf('bin'), short, long]);
    const unread = read(deletes, [long]);
    unread.complete = false;

    expect(linked.isDeletedFrom(long)).toBe(true);
    expect([short, long].map((file) => apart.isDeletedFrom(file))).toEqual([true, false]);
    expect(unread.isDeletedFrom(long)).toBe(true);
  });

  it('is a file of its own unless a link joins the two', () => {
    expect(read(deletes, [folderOf('bin'), short, long]).twins()).toEqual([long]);
    expect(read(deletes, [linkOf('bin', 'usr/bin')], [long, short]).twins()).toEqual([]);
  });
});
