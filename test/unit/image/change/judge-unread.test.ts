import { expect, it } from 'vitest';
import { fresh } from './change-scene.ts';
import { judgeUpdate, PACKAGES, SOURCE, SSL } from './library-update.ts';

/** The source's layers are not read, so only its scan says who owns a path. */
const SCANNED = {
  ...PACKAGES,
  libssl3: { ...PACKAGES.libssl3, files: [...SSL, 'usr/lib/ssl/old.so', 'opt/ssl'] },
  bash: { ...PACKAGES.bash, files: ['usr/bin/bash', 'usr/lib/bash/x'] },
  filesystem: { ...PACKAGES.mount, files: ['usr/lib', 'usr/lib64', 'usr/local', 'home'] },
};
const judge = (deletion: string, isLate: boolean) =>
  judgeUpdate([fresh(deletion, { text: '' })], { isLate, packages: SCANNED });

it.each([
  ['a file of an updated package', 'usr/lib/ssl/.wh.old.so'],
  ["the package manager's data", 'var/lib/apt/.wh.lists'],
  ["a folder of the package manager's data", 'var/cache/.wh.apt'],
  ["the content of a folder of the package manager's data", 'var/cache/apt/.wh..wh..opq'],
  ['documentation', 'usr/share/doc/.wh.other'],
])('an update may delete %s of a source that was not read', async (_, deletion) => {
  expect(await judge(deletion, true)).toMatchObject({ accepted: true });
});

it.each([
  ['a library of an unchanged package', 'usr/lib/x86_64-linux-gnu/.wh.libc.so.6', 'libc.so.6'],
  ['a program of an unchanged package', 'usr/bin/.wh.bash', 'usr/bin/bash'],
  ['a program of the application', 'app/.wh.server', 'app/server'],
  ['the application', '.wh.app', 'app'],
  ['accounts', 'etc/.wh.passwd', 'etc/passwd'],
  ['everything', '.wh..wh..opq', ''],
  ['a folder of updated and other packages', 'usr/.wh.lib', 'usr/lib'],
  ['the content of a folder of an updated package', 'usr/lib/ssl/.wh..wh..opq', 'usr/lib/ssl'],
  ['a folder of applications that an updated package owns', 'usr/.wh.local', 'usr/local'],
  ['the homes that an updated package owns', '.wh.home', 'home'],
  ['a file of an updated package among applications', 'opt/.wh.ssl', 'opt/ssl'],
  ['a job for cron', 'etc/cron.d/.wh.ssl', 'etc/cron.d/ssl'],
  ['data without an owner', 'etc/app/.wh.policy.yaml', 'etc/app/policy.yaml'],
])('a patch may not delete %s of a source that was not read', async (_, deletion, path) => {
  expect(await judge(deletion, true)).toMatchObject({
    accepted: false,
    detail: expect.stringContaining(`${path} is deleted, and it is unknown what`),
  });
});

it.each([
  ['a file of the application', 'app/rules.json', 'is among files of applications'],
  ['a file in place of the application', 'app', 'is among files of applications'],
  ['a file in place of a folder', 'usr/lib', 'replaces a folder of the source'],
])('a patch may not have %s of a source that was not read', async (_, path, detail) => {
  expect(await judgeUpdate([fresh(path)], { isLate: true, packages: SCANNED })).toMatchObject({
    accepted: false,
    detail: expect.stringContaining(`${path} ${detail}`),
  });
});

it('a source that was read to its end needs no scan', async () => {
  const packages = PACKAGES;
  const source = [[...SOURCE, fresh('usr/lib/ssl/old')]];
  const added = [fresh('usr/lib/ssl/.wh.old', { text: '' })];

  expect(await judgeUpdate(added, { packages, source })).toMatchObject({ accepted: true });
  expect(await judgeUpdate(added, { packages, source, isLate: true })).toMatchObject({
    accepted: false,
  });
});
