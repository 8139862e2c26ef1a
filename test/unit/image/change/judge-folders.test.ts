import { describe, expect, it } from 'vitest';
import { judgeFolder, linkFault } from '../../../../lib/image/change/judge-folders.ts';
import type { LayerFile } from '../../../../lib/image/layer/layer-file.ts';
import { entryOf, folderOf, linkOf } from '../layer/layer-entries.ts';
import { type Change, factsOf } from './change-facts.ts';

describe('a folder above an added entry', () => {
  const below = entryOf('opt/app/x');

  it.each<[string, Change]>([
    ['the source has none there', {}],
    ['the source has a folder there', { source: [folderOf('opt/app')] }],
    [
      'the patch makes it first, in place of a link',
      { source: [linkOf('opt/app', '/srv')], added: [folderOf('opt/app'), below] },
    ],
  ])('has no fault if %s', (_, change) => {
    expect(linkFault('opt/app', factsOf({ added: [below], ...change }))).toBeUndefined();
  });

  it.each<[string, Change, string]>([
    ['the patch has a link there', { added: [linkOf('opt/app', '/etc'), below] }, 'the patch'],
    ['the source has a link there', { source: [linkOf('opt/app', '/srv')] }, 'the source'],
    ['the source has a file there', { source: [entryOf('opt/app')] }, 'the source'],
    [
      'the patch makes it only behind the entry',
      { source: [linkOf('opt/app', '/srv')], added: [below, folderOf('opt/app')] },
      'the source',
    ],
  ])('is none if %s', (_, change, where) => {
    expect(linkFault('opt/app', factsOf({ added: [below], ...change }))).toBe(
      `is no folder in ${where}, but has entries below it`,
    );
  });
});

function judge(before: LayerFile | undefined, after: LayerFile, change: Change = {}) {
  const source = before === undefined ? [] : [before];
  return judgeFolder(after, factsOf({ source, added: [after], ...change }));
}

const folder = (mode: number, more: Partial<LayerFile> = {}) =>
  folderOf('srv/x', { mode, ...more });

it.each([
  [0o755, 0o755, true],
  [0o755, 0o700, true],
  [0o700, 0o755, true],
  [0o755, 0o775, false],
  [0o755, 0o757, false],
  [0o755, 0o1757, false],
  [0o1777, 0o1777, true],
  [0o1777, 0o777, false],
  [0o1777, 0o755, true],
])('a folder may change from mode %o to %o: %s', (before, after, accepted) => {
  expect(judge(folder(before), folder(after))).toEqual(
    accepted ? 'owned' : { fault: 'is a folder that more users could write to' },
  );
});

it.each<[string, Partial<LayerFile>]>([
  ['user', { uid: 1 }],
  ['group', { gid: 1 }],
])('a folder may not get another %s', (_, more) => {
  expect(judge(folder(0o755), folder(0o755, more))).toEqual({
    fault: 'is a folder whose owner changes',
  });
});

it('a new folder may have any mode and owner', () => {
  expect(judge(undefined, folder(0o777, { uid: 1 }))).toBe('owned');
});

describe('a folder in place of', () => {
  it.each([
    ['data', entryOf('srv/x'), { fault: 'is a folder in place of a file of the source' }],
    [
      'a link of an application',
      linkOf('srv/x', 'y'),
      { fault: 'is deleted, but belongs to no package' },
    ],
    ['a link of the system', linkOf('usr/share/x', 'y'), 'owned'],
    ['documentation', entryOf('usr/share/doc/x'), 'owned'],
  ])('%s is judged as if that were deleted, or is refused', (_, before, verdict) => {
    expect(judge(before, folderOf(before.path))).toEqual(verdict);
  });
});

describe('an updated package may open', () => {
  const packages = { a: { before: '1', after: '2' }, b: { before: '1', after: '1' } };
  const open = (path: string, mode: number, listed: Change['listed'] = { a: [path] }) =>
    judge(folderOf(path), folderOf(path, { mode, gid: 9 }), { packages, listed });

  it('a folder that is its own', () => {
    expect(open('var/lib/a', 0o775)).toBe('owned');
    expect(open('var/lib/a', 0o1777)).toBe('owned');
  });

  it.each<[string, string, number, Change['listed']]>([
    ['for everyone without the sticky bit', 'var/lib/a', 0o777, undefined],
    ['that another package shares', 'var/lib/a', 0o775, { a: ['var/lib/a'], b: ['var/lib/a'] }],
    ['without an owner', 'var/lib/a', 0o775, {}],
    ['of the root', 'srv', 0o775, undefined],
    ['of programs', 'usr/bin', 0o775, undefined],
    ['that cron reads', 'etc/cron.d', 0o775, undefined],
    ['that PAM reads', 'etc/pam.d', 0o775, undefined],
  ])('but no folder %s', (_, path, mode, listed) => {
    expect(open(path, mode, listed)).toEqual({ fault: 'is a folder whose owner changes' });
  });
});
