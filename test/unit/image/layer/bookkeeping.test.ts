import { expect, it } from 'vitest';
import { isBookkeeping } from '../../../../lib/image/layer/bookkeeping.ts';

const NONE = new Set<string>();

it.each([
  'var/lib/dpkg/status',
  'var/lib/apt/lists/x',
  'usr/lib/apk/db/installed',
  'var/lib/rpm/Packages',
  'etc/ld.so.cache',
  'usr/share/icons/hicolor/icon-theme.cache',
  'usr/share/info/dir',
  'var/log/lastlog',
])('accepts %s from any package manager', (path) => {
  expect(isBookkeeping(path, NONE)).toBe(true);
});

it.each(['etc/ld.so.cache.d', 'var/lib/dpkg', 'etc/passwd', 'opt/var/lib/dpkg/x'])(
  'does not accept %s',
  (path) => {
    expect(isBookkeeping(path, new Set(['bash', 'libc-bin']))).toBe(false);
  },
);

it.each([
  ['ca-certificates', 'etc/ssl/certs/x.pem'],
  ['bash', 'etc/shells'],
  ['base-files', 'etc/profile'],
  ['libpam-systemd', 'etc/pam.d/common-session'],
  ['libc-bin', 'usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache'],
  ['libc-bin', 'usr/lib/gconv/gconv-modules.cache'],
])('accepts files from the scripts of %s only if that package changed: %s', (name, path) => {
  expect(isBookkeeping(path, new Set([name]))).toBe(true);
  expect(isBookkeeping(path, NONE)).toBe(false);
  expect(isBookkeeping(path, new Set(['curl']))).toBe(false);
});
