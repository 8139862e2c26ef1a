import { expect, it } from 'vitest';
import { accountFault } from '../../../../lib/image/change/accounts.ts';

const PASSWD = 'root:x:0:0::/root:/bin/bash\napp:x:1000:1000::/home/app:/bin/sh\n';
const GROUP = 'root:x:0:\nwww-data:x:33:\nsudo:x:27:\n';

it.each([
  ['etc/passwd', PASSWD, `${PASSWD}sshd:x:105:65534::/run/sshd:/usr/sbin/nologin\n`],
  ['etc/passwd', PASSWD, PASSWD.split('\n').reverse().join('\n')],
  ['etc/group', GROUP, `${GROUP}crontab:x:101:\n`],
  ['etc/group', GROUP, GROUP.replace('www-data:x:33:', 'www-data:x:33:app')],
  ['etc/passwd', PASSWD, PASSWD.replace('::/home/app:/bin/sh', ':App:/srv:/usr/sbin/nologin')],
  ['etc/shadow', 'root:*:1::::::\n', 'root:*:1::::::\nsshd:!:1::::::\n'],
])('a package may change %s from %j to %j', (path, before, after) => {
  expect(accountFault(path, before, after)).toBeUndefined();
});

it.each([
  ['another root', 'etc/passwd', PASSWD, `${PASSWD}r00t:x:0:0::/:/bin/sh\n`],
  ['an account that can log in', 'etc/passwd', PASSWD, `${PASSWD}x:x:105:1::/:/bin/sh\n`],
  ['an account without a password', 'etc/passwd', PASSWD, `${PASSWD}x::105:1::/:/bin/false\n`],
  ['an id of a person', 'etc/passwd', PASSWD, `${PASSWD}x:x:1001:1::/:/bin/false\n`],
  ['other ids to an account', 'etc/passwd', PASSWD, PASSWD.replace('1000:1000', '0:0')],
  ['a login to an account', 'etc/passwd', PASSWD, PASSWD.replace('/bin/sh', '/bin/bash')],
  [
    'nothing by removing an account',
    'etc/passwd',
    PASSWD,
    PASSWD.split('\n').slice(0, 1).join('\n'),
  ],
  ['a name twice', 'etc/passwd', PASSWD, `${PASSWD}root:x:0:0::/:/bin/sh\n`],
  ['a member of sudo', 'etc/group', GROUP, GROUP.replace('sudo:x:27:', 'sudo:x:27:app')],
  ['a group of another id', 'etc/group', GROUP, GROUP.replace(':33:', ':0:')],
  ['a password', 'etc/shadow', 'root:*:1::::::\n', 'root:$y$j9T$x:1::::::\n'],
  ['more ids for an account', 'etc/subuid', '', 'app:0:65536\n'],
])('no package adds %s', (_, path, before, after) => {
  expect(accountFault(path, before, after)).toEqual(expect.any(String));
});

it('the package that owns the file may give an account another shell of the distribution', () => {
  const before = 'root:x:0:0:root:/root:/bin/ash\n';
  const after = 'root:x:0:0:root:/root:/bin/sh\n';

  expect(accountFault('etc/passwd', before, after, true)).toBeUndefined();
  expect(accountFault('etc/passwd', before, after)).toBe('changes an account');
  for (const fields of ['root:x:0:0:root:/tmp:/bin/evil', 'root::0:0:root:/root:/bin/sh']) {
    expect(accountFault('etc/passwd', before, `${fields}\n`, true)).toBe('changes an account');
  }
});

it('the package that owns the file may remove accounts, but adds locked ones only', () => {
  const without = PASSWD.split('\n').slice(0, 1).join('\n');

  expect(accountFault('etc/passwd', PASSWD, without, true)).toBeUndefined();
  expect(accountFault('etc/passwd', PASSWD, 'r00t:x:0:0::/:/bin/sh\n', true)).toBeDefined();
});
