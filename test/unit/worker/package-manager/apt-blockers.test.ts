import { describe, expect, it } from 'vitest';
import { aptBlockers, aptRemovals } from '../../../../worker/package-manager/apt-blockers.ts';

const WANTED = new Set(['libssl3', 'openssl', 'libstdc++6']);
const blockers = (text: string) => aptBlockers(text.split('\n'), WANTED);

describe('aptBlockers', () => {
  it('reads every held package below its heading, without the architecture', () => {
    const text = `The following held packages will be changed:
  libssl3:amd64 openssl
  curl
The following packages will be upgraded:
  bash`;

    expect(blockers(text)).toEqual(
      ['libssl3', 'openssl', 'curl'].map((name) => ({ package: name, reason: 'held' })),
    );
  });

  it.each([
    [' libssl3 : Depends: nosuch but it is not installable', 'libssl3'],
    [' agent : Depends: openssl (= 1) but 2 is to be installed', 'openssl'],
    [' agent : PreDepends: openssl (= 1)', 'openssl'],
    [' agent : Depends: nosuch', undefined],
  ])('reads the unmet dependency %j', (line, name) => {
    const found = blockers(`The following packages have unmet dependencies:\n${line}\nE: Broken`);

    expect(found).toEqual(
      name === undefined ? [] : [{ package: name, reason: 'dependency', detail: line.trim() }],
    );
    expect(blockers(line)).toEqual([]);
  });

  it.each([
    ['E: Unable to locate package libssl3', 'libssl3', 'not-in-repository'],
    ["E: Package 'openssl' has no installation candidate", 'openssl', 'not-in-repository'],
    [
      'E: Failed to fetch http://deb.test/pool/libstdc%2b%2b6_12_amd64.deb  404  Not Found [IP: 203.0.113.80 80]',
      'libstdc++6',
      'source-gone',
    ],
    [
      'E: Failed to fetch http://deb.test/pool/libssl3_3_amd64.deb  Connection failed',
      'libssl3',
      'source-unreachable',
    ],
  ])('reads what no source has: %j', (line, name, reason) => {
    expect(blockers(line)).toMatchObject([{ package: name, reason }]);
  });

  it('reads the package that dpkg could not update, with the cause below it', () => {
    const text = `dpkg: error processing package libssl3:amd64 (--configure):
 installed libssl3 package post-installation script subprocess returned error exit status 1`;

    expect(blockers(text)).toEqual([
      {
        package: 'libssl3',
        reason: 'update-failed',
        detail:
          'installed libssl3 package post-installation script subprocess returned error exit status 1',
      },
    ]);
  });

  it.each(['/var/cache/apt/archives/', ''])(
    'reads the archive that dpkg could not unpack, in the folder "%s"',
    (folder) => {
      const text = `dpkg: error processing archive ${folder}openssl_3_amd64.deb (--unpack):
 trying to overwrite a file`;

      expect(blockers(text)).toMatchObject([{ package: 'openssl', reason: 'update-failed' }]);
    },
  );

  it('blames the cause, not the packages that depend on it', () => {
    const text = `dpkg: error processing package openssl (--configure):
 dependency problems - leaving unconfigured`;

    expect(blockers(text)).toEqual([]);
  });

  it('names the configuration file that both sides change', () => {
    const text = `Configuration file '/etc/ssl/openssl.cnf'
dpkg: error processing package openssl (--configure):
 end of file on stdin at conffile prompt`;

    expect(blockers(text)).toEqual([
      {
        package: 'openssl',
        reason: 'configuration-file',
        detail: 'both the image and the update change /etc/ssl/openssl.cnf',
      },
    ]);
  });
});

it('reads what apt would remove', () => {
  expect(
    aptRemovals(['The following packages will be REMOVED:', '  curl wget', 'Inst bash', '  vim']),
  ).toEqual(['curl', 'wget']);
});
