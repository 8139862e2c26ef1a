import { expect, it } from 'vitest';
import { changedPackages } from '../../../../lib/image/change/package-facts.ts';

function packagesOf(versions: readonly string[] | undefined) {
  const facts = { source: 'a', hasArchitecture: true, files: [] };
  return new Map(versions === undefined ? [] : [['a', { ...facts, versions: new Set(versions) }]]);
}

it.each([
  [['1'], ['1'], []],
  [['1'], ['2'], ['a']],
  [undefined, ['1'], ['a']],
  [['1'], undefined, []],
  [['1', '2'], ['2', '1'], []],
  [['1', '2'], ['1'], ['a']],
  [['1'], ['1', '2'], ['a']],
  [['1', '2'], ['1', '3'], ['a']],
])('from the versions %j to %j, the changed packages are %j', (before, after, changed) => {
  expect([...changedPackages(packagesOf(before), packagesOf(after))]).toEqual(changed);
});
