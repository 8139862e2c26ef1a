import { expect, it } from 'vitest';
import { apkBlockers, apkRemovals } from '../../../../worker/package-manager/apk-blockers.ts';

const WANTED = new Set(['openssl', 'libssl3']);
const blockers = (...lines: readonly string[]) => apkBlockers(lines, WANTED);

it.each([
  ['  breaks: world[libssl3=3.1.0-r0]', [{ package: 'libssl3', reason: 'held' }]],
  ['  breaks: world[other<2]', [{ package: 'other', reason: 'held' }]],
  ['  openssl (no such package):', [{ package: 'openssl', reason: 'not-in-repository' }]],
  ['  other (no such package):', []],
  [
    '    required by: openssl-3.1.0-r0[so:libcrypto.so.3]',
    [
      {
        package: 'openssl',
        reason: 'dependency',
        detail: 'required by: openssl-3.1.0-r0[so:libcrypto.so.3]',
      },
    ],
  ],
  ['    conflicts: libssl3-3.1.0', [expect.objectContaining({ package: 'libssl3' })]],
  ['    required by: other-1.0[x]', []],
  ['OK: 7 MiB in 15 packages', []],
])('reads %j', (line, wanted) => {
  expect(blockers(line)).toEqual(wanted);
});

it('names the packages that apk removes', () => {
  expect(apkRemovals(['(1/2) Purging curl (8.0-r0)', '(2/2) Upgrading libssl3 (3 -> 4)'])).toEqual([
    'curl',
  ]);
});
