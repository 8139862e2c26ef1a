import { expect, it } from 'vitest';
import { blockedBeforehand } from '../../../../worker/patch/blocked-beforehand.ts';

function finding(changes: { readonly package?: string; readonly installed?: string } = {}) {
  return { id: 'CVE-1', package: 'openssl', installed: '3.0.11-1', fixed: '3.0.11-2', ...changes };
}

it('does not block an ordinary update', () => {
  expect(blockedBeforehand(finding(), 'debian')).toBeUndefined();
  expect(blockedBeforehand(finding({ package: 'libstdc++6' }), 'debian')).toBeUndefined();
});

it.each(['-x', 'a b', 'a/b', '', 'x'.repeat(129)])(
  'blocks %j, a name that Copa refuses',
  (name) => {
    expect(blockedBeforehand(finding({ package: name }), 'debian')).toBe('refused-by-copa');
  },
);

it.each([
  ['debian', { installed: '3.0.11-1.root.io.1' }],
  ['alpine', { installed: '3.1.4-r00071' }],
  ['debian', { package: 'seal-openssl' }],
  ['alpine', { package: 'seal-openssl' }],
])('blocks a package that a vendor maintains on %s: %o', (family, changes) => {
  expect(blockedBeforehand(finding(changes), family)).toBe('vendor-maintained');
});

it("ignores vendor versions of another system's form", () => {
  expect(blockedBeforehand(finding({ installed: '3.1.4-r00071' }), 'debian')).toBeUndefined();
  expect(blockedBeforehand(finding({ installed: '1.root.io.1' }), 'alpine')).toBeUndefined();
});
