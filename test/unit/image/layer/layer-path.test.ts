import { expect, it } from 'vitest';
import { normalizedPath } from '../../../../lib/image/layer/layer-path.ts';

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
])('brings %s into the form %s', (path, normalized) => {
  expect(normalizedPath(path)).toBe(normalized);
});

it.each(['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'])('looks for /%s under usr', (folder) => {
  expect(normalizedPath(`/${folder}`)).toBe(`usr/${folder}`);
  expect(normalizedPath(`./${folder}/x`)).toBe(`usr/${folder}/x`);
});

it.each(['library/x', 'opt/lib/x', 'usr/lib/x'])('leaves %s where it is', (path) => {
  expect(normalizedPath(path)).toBe(path);
});

it('takes var/run for run', () => {
  expect(normalizedPath('var/run/x.pid')).toBe('run/x.pid');
  expect(normalizedPath('var/running')).toBe('var/running');
});
