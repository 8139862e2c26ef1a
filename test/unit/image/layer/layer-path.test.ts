import { expect, it } from 'vitest';
import { folderOfOtherName, normalizedPath } from '../../../../lib/image/layer/layer-path.ts';

it.each([
  ['usr/bin/x', 'usr/bin/x'],
  ['/usr/bin/x', 'usr/bin/x'],
  ['./usr//bin/./x', 'usr/bin/x'],
  ['usr/bin/', 'usr/bin'],
  ['a/../b', 'b'],
  ['../../etc/passwd', 'etc/passwd'],
  ['.', ''],
  ['/', ''],
  ['..x/...', '..x/...'],
])('normalizes %s to %j', (path, normalized) => {
  expect(normalizedPath(path)).toBe(normalized);
});

it.each(['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'])('maps /%s to usr', (folder) => {
  expect(normalizedPath(`/${folder}`)).toBe(`usr/${folder}`);
  expect(normalizedPath(`./${folder}/x`)).toBe(`usr/${folder}/x`);
});

it.each(['library/x', 'opt/lib/x', 'usr/lib/x'])('does not change %s', (path) => {
  expect(normalizedPath(path)).toBe(path);
});

it('maps var/run to run', () => {
  expect(normalizedPath('var/run/x.pid')).toBe('run/x.pid');
  expect(normalizedPath('var/running')).toBe('var/running');
});

it.each([
  ['bin/x', 'bin'],
  ['usr/bin/x', 'bin'],
  ['usr/lib64', 'lib64'],
  ['var/run/x', 'var/run'],
  ['run/x', 'var/run'],
  ['usr/share/x', undefined],
  ['etc/bin/x', undefined],
])('the path of %s has two names if %s is a link', (name, folder) => {
  expect(folderOfOtherName(name)).toBe(folder);
});
