import { describe, expect, it } from 'vitest';
import {
  isAboutPackages,
  nameBlockers,
  namedRemovals,
} from '../../../../worker/package-manager/name-blockers.ts';

const WANTED = new Set(['libssl3', 'openssl', 'liblzma5', 'libstdc++6']);

function named(programs: string, copa = ''): ReturnType<typeof nameBlockers> {
  return nameBlockers({ copa: copa.split('\n'), programs: programs.split('\n') }, WANTED);
}

describe('nameBlockers, of apt', () => {
  it('names held packages', () => {
    const blockers = named(`The following held packages will be changed:
  libssl3
The following packages will be upgraded:
  liblzma5 libssl3 openssl
E: Held packages were changed and -y was used without --allow-change-held-packages.`);

    expect(blockers).toEqual([{ package: 'libssl3', reason: 'held' }]);
  });

  it('names a package whose dependency is not available', () => {
    const blockers = named(`The following packages have unmet dependencies:
 liblzma5 : Depends: nosuchlib (>= 2) but it is not installable
E: Unable to correct problems, you have held broken packages.`);

    expect(blockers).toEqual([
      {
        package: 'liblzma5',
        reason: 'dependency',
        detail: 'liblzma5 : Depends: nosuchlib (>= 2) but it is not installable',
      },
    ]);
  });

  it('names the update that an installed package does not allow', () => {
    const blockers = named(`The following packages have unmet dependencies:
 company-agent : Depends: liblzma5 (= 5.4.1-1+deb12u1) but 5.4.1-1+deb12u2 is to be installed
E: Error, pkgProblemResolver::Resolve generated breaks, this may be caused by held packages.`);

    expect(blockers).toMatchObject([{ package: 'liblzma5', reason: 'dependency' }]);
  });

  it('names no package if the image itself is broken', () => {
    const blockers = named(`You might want to run 'apt --fix-broken install' to correct these.
The following packages have unmet dependencies:
 openssl : Depends: nosuchthing but it is not installable
E: Unmet dependencies. Try 'apt --fix-broken install' with no packages (or specify a solution).`);

    expect(blockers).toEqual([]);
  });

  it('names no package if apt refuses the default release that the image sets', () => {
    const printed = {
      copa: [],
      programs: [
        "E: The value 'bookworm-x' is invalid for APT::Default-Release as such a release is not available in the sources",
        'E: Unable to locate package openssl',
      ],
    };

    expect(nameBlockers(printed, new Set(['openssl']))).toEqual([]);
    expect(isAboutPackages(printed)).toBe(false);
  });

  it('names the proxy of the image at which no package source was reached', () => {
    const blockers = named(
      'W: Failed to fetch http://deb.test/InRelease  Unable to connect to proxy.internal:3128:',
      'downloaded package libssl3 version 3.0.1 lower than required 3.0.2 for update',
    );

    expect(blockers).toEqual([
      {
        package: 'libssl3',
        reason: 'source-unreachable',
        detail: 'http://deb.test/InRelease: Unable to connect to proxy.internal:3128:',
      },
    ]);
  });

  it('names the version that the settings of the image leave available', () => {
    const copa = 'downloaded package libssl3 version 3.0.1 lower than required 3.0.2 for update';

    expect(named('', copa)).toMatchObject([
      {
        reason: 'not-in-repository',
        detail: expect.stringContaining('3.0.1; the fix needs 3.0.2'),
      },
    ]);
  });

  it('names packages that no source has', () => {
    const blockers = named(`E: Unable to locate package libssl3
E: Package 'openssl' has no installation candidate`);

    expect(blockers).toEqual([
      { package: 'libssl3', reason: 'not-in-repository' },
      { package: 'openssl', reason: 'not-in-repository' },
    ]);
  });

  it('blames an unreachable source for a missing package', () => {
    const blockers = named(`W: Failed to fetch http://security.test/InRelease  Connection failed
E: Unable to locate package libssl3`);

    expect(blockers).toEqual([
      {
        package: 'libssl3',
        reason: 'source-unreachable',
        detail: 'http://security.test/InRelease: Connection failed',
      },
    ]);
  });

  it('names the package whose file is no longer in the pool', () => {
    const blockers = named(
      'E: Failed to fetch http://deb.test/pool/x/xz-utils/liblzma5_5.4.1-1%2bdeb12u2_amd64.deb  404  Not Found [IP: 203.0.113.80 80]',
    );

    expect(blockers).toMatchObject([{ package: 'liblzma5', reason: 'source-gone' }]);
  });

  it('recognizes a package by its file name with an encoded plus sign', () => {
    const blockers = named(
      'E: Failed to fetch http://deb.test/pool/g/gcc-12/libstdc%2b%2b6_12.2.0-14_amd64.deb  Connection timed out',
    );

    expect(blockers).toMatchObject([{ package: 'libstdc++6', reason: 'source-unreachable' }]);
  });

  it('names the package whose script fails', () => {
    const blockers = named(`dpkg: error processing package openssl:amd64 (--configure):
 installed openssl package post-installation script subprocess returned error exit status 3
dpkg: error processing package libssl3:amd64 (--configure):
 dependency problems - leaving unconfigured`);

    expect(blockers).toEqual([
      {
        package: 'openssl',
        reason: 'update-failed',
        detail:
          'installed openssl package post-installation script subprocess returned error exit status 3',
      },
    ]);
  });

  it('names the package and the configuration file about which dpkg asks', () => {
    const blockers = named(`Configuration file '/etc/ssl/openssl.cnf'
 ==> Modified (by you or by a script) since installation.
dpkg: error processing package openssl (--configure):
 end of file on stdin at conffile prompt`);

    expect(blockers).toEqual([
      {
        package: 'openssl',
        reason: 'configuration-file',
        detail: 'both the image and the update change /etc/ssl/openssl.cnf',
      },
    ]);
  });
});

describe('nameBlockers, of Copa', () => {
  it('reports a package as held rather than too old', () => {
    const blockers = named(
      '',
      `level=warning msg="apt-held packages found, not patched by Copa: [libssl3 tzdata]"
level=error msg="downloaded package libssl3 version 1 lower than required 2 for update"`,
    );

    expect(blockers).toEqual([{ package: 'libssl3', reason: 'held' }]);
  });

  it('names a package that is too old in the sources, with both versions', () => {
    const blockers = named(
      '',
      'level=error msg="downloaded package openssl version 3.0.1 lower than required 3.0.2 for update"',
    );

    expect(blockers).toEqual([
      {
        package: 'openssl',
        reason: 'not-in-repository',
        detail: 'the newest available version is 3.0.1; the fix needs 3.0.2',
        versions: { reached: '3.0.1', required: '3.0.2' },
      },
    ]);
  });

  it('recognizes a version that only a paid archive has', () => {
    const blockers = named(
      '',
      'level=error msg="downloaded package openssl version 1.1.1-1ubuntu2 lower than required 1.1.1-1ubuntu2+esm3 for update"',
    );

    expect(blockers).toMatchObject([{ reason: 'paid-archive' }]);
  });

  it('names a package whose version Copa can’t compare', () => {
    const blockers = named(
      '',
      'level=error msg="invalid version a b found for package openssl"\nlevel=error msg="invalid version x! found for package openssl"',
    );

    expect(blockers).toMatchObject([{ package: 'openssl', reason: 'refused-by-copa' }]);
  });
});

describe('nameBlockers, of other package managers', () => {
  it.each([
    ['held', '    breaks: world[openssl=3.1.0-r1]'],
    ['not-in-repository', '  openssl (no such package):'],
    ['dependency', '    required by: openssl-3.1.4-r0[so:libnone.so.1]'],
    ['held', 'All matches were filtered out by exclude filtering for argument: openssl'],
    ['not-in-repository', 'No match for argument: openssl'],
    ['not-in-repository', 'Error: Unable to find a match: other openssl'],
    ['not-in-repository', "error: No package matches 'openssl'"],
    ['dependency', '  - nothing provides libnone.so.1 needed by openssl-1:3.0.7-28.el9.x86_64'],
    [
      'dependency',
      '  - cannot install the best update candidate for package openssl-3.0.1-1.el9.x86_64',
    ],
  ])('reports openssl as %s after "%s"', (reason, line) => {
    expect(named(line)).toMatchObject([{ package: 'openssl', reason }]);
  });

  it('ignores a package that is not to be updated', () => {
    expect(named('No match for argument: bash')).toEqual([]);
  });

  it('finds nothing in a megabyte of lines that could make a pattern backtrack', () => {
    const line = 'Curl error (1: '.repeat(60);

    expect(named(`${line}\n`.repeat(1000))).toEqual([]);
  });
});

describe('namedRemovals', () => {
  it('names the packages that apt and apk remove from the image', () => {
    const programs = [
      'The following packages will be REMOVED:',
      '  company-agent',
      'The following packages will be upgraded:',
      '  liblzma5',
      '(1/2) Purging old-tool (1.2-r0)',
    ];

    expect(namedRemovals({ copa: [], programs })).toEqual(['company-agent', 'old-tool']);
  });
});
