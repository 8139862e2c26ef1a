import { expect, it } from 'vitest';
import {
  DOCUMENTATION,
  holdsPrograms,
  interpreterOf,
  isOfApplication,
  isProgram,
  LIBRARY,
  packageOfScript,
  powerOf,
} from '../../../../lib/image/change/path-rules.ts';
import { entryOf, linkOf } from '../layer/layer-entries.ts';

it.each([
  ['etc/ld.so.preload', 'the loader'],
  ['etc/ld.so.conf.d/x.conf', 'the loader'],
  ['etc/ld.so.cache', undefined],
  ['etc/ld-musl-x86_64.path', 'the loader'],
  ['etc/cron.d/x', 'cron'],
  ['etc/crontab', 'cron'],
  ['etc/anacrontab', 'cron'],
  ['var/spool/cron/crontabs/root', 'cron'],
  ['etc/pam.d/common-auth', 'PAM'],
  ['etc/pam.conf', 'PAM'],
  ['usr/lib/pam.d/x', 'PAM'],
  ['etc/security/limits.conf', 'PAM'],
  ['etc/sudoers', 'sudo'],
  ['etc/sudoers.d/x', 'sudo'],
  ['root/.ssh/authorized_keys', 'ssh'],
  ['.ssh/authorized_keys', 'ssh'],
  ['etc/ssh/sshd_config', undefined],
  ['etc/systemd/system/x.service', 'systemd'],
  ['usr/lib/systemd/user/x.service', 'systemd'],
  ['usr/lib/systemd/catalog/x', undefined],
  ['etc/init.d/x', 'init'],
  ['etc/rc3.d/S01x', 'init'],
  ['etc/init.d/.depend.boot', undefined],
  ['etc/rc.local', undefined],
  ['app/etc/cron.d/x', undefined],
  ['etc/sudoers.dpkg-dist', undefined],
  ['etc/cron.d/x.rpmnew', undefined],
  ['etc/cron.d/x.apk-new', undefined],
  ['etc/cron.d/x.bak', 'cron'],
])('%s is read by %s', (path, power) => {
  expect(powerOf(path)).toBe(power);
});

it.each([
  ['an executable file', true, entryOf('app/x', { mode: 0o744 })],
  ['a file that only others may run', true, entryOf('app/x', { mode: 0o645 })],
  ['an ordinary file', false, entryOf('usr/bin/x')],
  ['ELF code without the bit', true, entryOf('app/x', { isElf: true })],
  ['a library', true, entryOf('usr/lib/libx.so.1.2')],
  ['a link to a library', true, linkOf('usr/lib/libx.so', 'libx.so.1')],
  ['a link in a folder of programs', true, linkOf('usr/local/sbin/x', 'y')],
  [
    'a hard link in a folder of programs',
    true,
    entryOf('usr/local/bin/sh', { type: 'other', mode: 0 }),
  ],
  ['another link, whatever its mode', false, linkOf('app/x', 'y')],
])('%s counts as a program: %s', (_, program, file) => {
  expect(isProgram(file)).toBe(program);
});

it.each([
  ['usr/bin', true],
  ['usr/sbin', true],
  ['usr/local/bin', true],
  ['usr/games', true],
  ['usr/libexec/git-core', true],
  ['usr', false],
  ['usr/binary', false],
  ['opt/bin', false],
])('the folder %s holds programs: %s', (folder, holds) => {
  expect(holdsPrograms(folder)).toBe(holds);
});

it.each([
  ['app/x', true],
  ['opt/x', true],
  ['srv/x', true],
  ['x', true],
  ['usr/local/x', true],
  ['usr/src/app/x', true],
  ['var/www/x', true],
  ['var/opt/x', true],
  ['usr/lib/x', false],
  ['etc/x', false],
  ['var/lib/x', false],
])('%s is of an application: %s', (path, application) => {
  expect(isOfApplication(path)).toBe(application);
});

it.each([
  ['var/lib/dpkg/info/libssl3:amd64.postinst', 'libssl3'],
  ['var/lib/dpkg/info/g++-12.prerm', 'g++-12'],
  ['var/lib/dpkg/info/x.preinst', 'x'],
  ['var/lib/dpkg/info/x.postrm', 'x'],
  ['var/lib/dpkg/info/x.config', 'x'],
  ['var/lib/dpkg/info/x.list', undefined],
  ['var/lib/dpkg/info/a/x.postinst', undefined],
  ['app/var/lib/dpkg/info/x.postinst', undefined],
])('%s is a script of %s', (path, name) => {
  expect(packageOfScript(path)).toBe(name);
});

it.each([
  [LIBRARY, 'usr/lib/libx.so', true],
  [LIBRARY, 'usr/lib/libx.so.1.2.3', true],
  [LIBRARY, 'usr/lib/libx.so.conf', false],
  [LIBRARY, 'usr/lib/libx.a', false],
  [DOCUMENTATION, 'usr/share/doc/x/copyright', true],
  [DOCUMENTATION, 'usr/share/man/man1/x.1', true],
  [DOCUMENTATION, 'usr/share/x', false],
  [DOCUMENTATION, 'app/usr/share/doc/x', false],
])('the rule %s matches %s: %s', (rule, path, matches) => {
  expect(rule.test(path)).toBe(matches);
});

it.each([
  ['etc/profile.d/x.sh', 'each login'],
  ['etc/environment', 'each login'],
  ['etc/profile', undefined],
  ['root/.bashrc', 'each login'],
  ['home/app/.profile', 'each login'],
  ['root/.config/x', undefined],
  ['usr/lib/python3/dist-packages/x.pth', 'Python'],
  ['usr/lib/python3.11/sitecustomize.py', 'Python'],
  ['usr/lib/python3/dist-packages/x.py', 'an interpreter'],
  ['usr/lib/python3/dist-packages/x.json', undefined],
  ['usr/lib/python311.zip', 'an interpreter'],
  ['usr/lib/python3.11/x.pyc', 'an interpreter'],
  ['usr/lib/python3.11/__pycache__/x.cpython-311.pyc', undefined],
  ['usr/lib/python2.7/x.pyc', undefined],
  ['etc/perl/strict.pm', 'an interpreter'],
  ['usr/lib/x86_64-linux-gnu/perl-base/x.pl', 'an interpreter'],
  ['usr/share/java/x.jar', 'an interpreter'],
  ['usr/lib/jvm/java-17/lib/server/classes.jsa', undefined],
  ['app/x.pyc', 'an application'],
  ['app/__pycache__/x.cpython-311.pyc', undefined],
  ['app/__pycache__/x.cpython-311.opt-1.pyc', undefined],
  ['app/__pycache__/x.pyc', 'an application'],
  ['app/__pycache__/x.cpython-311.pyo', 'an application'],
  ['app/__pycache__/.pyc', 'an application'],
  ['usr/lib/python3.11/__pycache__/x.pyc', 'an interpreter'],
  ['app/WEB-INF/classes/A.class', 'an application'],
  ['app/x.dll', 'an application'],
  ['app/x.phtml', 'an application'],
  ['app/x.lua', 'an application'],
  ['opt/python311.zip', 'an application'],
  ['var/lib/x.py', undefined],
  ['var/www/html/x.php', 'an application'],
  ['app/x.js', 'an application'],
  ['app/x.json', undefined],
  ['usr/share/x.php', undefined],
  ['etc/profile.d/x.sh.dpkg-dist', undefined],
])('%s is run by %s', (path, interpreter) => {
  expect(interpreterOf(path)).toBe(interpreter);
});
