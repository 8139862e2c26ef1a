import { describe, expect, it } from 'vitest';
import { entryOf } from '../layer/layer-entries.ts';
import { type Change, factsOf } from './change-facts.ts';

const added = ['usr/bin/x', 'usr/lib/p/x.py', 'usr/bin/x.dpkg-new'].map((path) => entryOf(path));
const UPDATED = { before: '1', after: '2' };
const KEPT = { before: '1', after: '1' };

describe('the owners of a path', () => {
  it('are those of the lists and of the scan of the source, each once', () => {
    const packages = {
      a: { ...UPDATED, files: ['usr/bin/x'] },
      b: { ...KEPT, files: ['usr/bin/x'] },
    };
    const { ownership } = factsOf({ added, packages, listed: { a: ['usr/bin/x'] } });

    expect(ownership.owners('usr/bin/x')).toEqual(['a', 'b']);
    expect(ownership.owners('usr/bin/y')).toEqual([]);
  });

  it('are none that only the patch names', () => {
    const packages = { a: { after: '2', files: ['usr/bin/x'] } };
    const { ownership } = factsOf({ added, packages, claimed: { a: ['usr/bin/x'] } });

    expect(ownership.owners('usr/bin/x')).toEqual([]);
  });

  it('are known of deleted paths too, but of no path that the patch leaves', () => {
    const packages = { a: { ...UPDATED, files: ['app/y', 'usr/z'] } };
    const { ownership } = factsOf({ added: [entryOf('.wh.app')], packages });

    expect(ownership.owners('app/y')).toEqual(['a']);
    expect(ownership.owners('usr/z')).toEqual([]);
  });
});

describe('a path is claimed', () => {
  it.each<[string, Change, readonly string[]]>([
    ['by an updated package', { packages: { a: UPDATED } }, ['a']],
    ['by a new package', { packages: { a: { after: '1' } } }, ['a']],
    ['by no package of the same version', { packages: { a: KEPT } }, []],
    ['by no package that no scan finds', {}, []],
  ])('%s with a list', (_, change, claimers) => {
    const { ownership } = factsOf({ added, claimed: { a: ['usr/bin/x'] }, ...change });

    expect(ownership.claimers('usr/bin/x')).toEqual(claimers);
  });

  it('once by a package with a list that the scan lists too', () => {
    const packages = { a: { ...UPDATED, files: ['usr/bin/x'] } };
    const { ownership } = factsOf({ added, packages, claimed: { a: ['usr/bin/x'] } });

    expect(ownership.claimers('usr/bin/x')).toEqual(['a']);
  });

  it('by an updated package that the scan of the patch lists', () => {
    const packages = { a: { ...UPDATED, files: ['usr/bin/x'] } };

    expect(factsOf({ added, packages }).ownership.claimers('usr/bin/x')).toContain('a');
  });

  it('if a package manager leaves it beside a claimed one', () => {
    const change = { added, packages: { a: UPDATED }, claimed: { a: ['usr/bin/x'] } };

    expect(factsOf(change).ownership.claimers('usr/bin/x.dpkg-new')).toContain('a');
    expect(factsOf(change).ownership.claimers('usr/bin/x.bak')).toEqual([]);
  });

  it('if dpkg diverts a claimed one to it', () => {
    const { ownership } = factsOf({
      added,
      packages: { a: UPDATED },
      claimed: { a: ['usr/bin/y'] },
      diversions: new Map([['usr/bin/x', 'usr/bin/y']]),
    });

    expect(ownership.claimers('usr/bin/x')).toContain('a');
    expect(['usr/bin/x', 'usr/bin/y'].map((path) => ownership.isDiverted(path))).toEqual([
      true,
      false,
    ]);
  });
});

it.each([
  ['usr/lib/p/__pycache__/x.cpython-311.pyc', true],
  ['usr/lib/p/__pycache__/x.cpython-311.opt-1.pyc', true],
  ['usr/lib/p/__pycache__/y.cpython-311.pyc', false],
  ['usr/lib/p/__pycache__/x.pyc', false],
  ['usr/lib/q/__pycache__/x.cpython-311.pyc', false],
  ['usr/lib/p/x.cpython-311.pyc', false],
  ['usr/lib/p/x.pyc', false],
  ['usr/lib/python2.7/x.pyc', true],
  ['usr/lib/python2.7/y.pyc', false],
])('%s is compiled from a claimed x.py: %s', (path, compiled) => {
  const claimed = { a: ['usr/lib/p/x.py', 'usr/lib/python2.7/x.py'] };
  const change = { added, packages: { a: UPDATED }, claimed };

  expect(factsOf(change).ownership.isBytecode(path)).toBe(compiled);
});

describe('the files of the changed packages are', () => {
  const packages = { a: UPDATED };

  it.each<[string, Change]>([
    ['dpkg or apk lists any package of the source', { packages, listed: { b: [] } }],
    ['the patch lists them', { packages, claimed: { a: [] } }],
    ['the scan lists them', { packages: { a: { ...UPDATED, files: ['usr/bin/x'] } } }],
    ['none is changed', { packages: { a: KEPT } }],
    ['all changed ones are new', { packages: { a: { after: '1' } } }],
  ])('known if %s', (_, change) => {
    expect(factsOf({ added, ...change }).isUnknown).toBe(false);
  });

  it('unknown if nothing lists them', () => {
    expect(factsOf({ added, packages }).isUnknown).toBe(true);
  });
});

it.each<[string, boolean, Change]>([
  ['without files and without a list', true, { packages: { a: UPDATED } }],
  ['with a list', false, { packages: { a: UPDATED }, listed: { a: [] } }],
  ['with scanned files', false, { packages: { a: { ...UPDATED, files: ['x'] } } }],
  ['that the source does not have', false, { packages: { a: { after: '2' } } }],
])('a package %s is unlisted: %s', (_, unlisted, change) => {
  expect(factsOf(change).ownership.isUnlisted('a')).toBe(unlisted);
});
