import { describe, expect, it } from 'vitest';
import { sourceFaults, worstFault } from '../../../../worker/package-manager/source-faults.ts';

const SECURITY = 'http://security.test/debian-security';
const IN_RELEASE = `${SECURITY}/dists/bookworm-security/InRelease`;

describe('sourceFaults', () => {
  it.each([
    [
      'unreachable',
      IN_RELEASE,
      `W: Failed to fetch ${IN_RELEASE}  Could not connect to 127.0.0.1:9 (127.0.0.1). - connect (111: Connection refused)`,
    ],
    [
      'unreachable',
      IN_RELEASE,
      `W: Failed to fetch ${IN_RELEASE}  Could not resolve 'security.test'`,
    ],
    [
      'unreachable',
      IN_RELEASE,
      `W: Failed to fetch ${IN_RELEASE}  Unable to connect to proxy:3128:`,
    ],
    [
      'unreachable',
      'http://security.test/Packages.gz',
      'E: Failed to fetch http://security.test/Packages.gz  File has unexpected size (12 != 34). Mirror sync in progress? [IP: 203.0.113.1 80]',
    ],
    [
      'untrusted',
      SECURITY,
      `E: The repository '${SECURITY} bookworm-security InRelease' is not signed.`,
    ],
    [
      'untrusted',
      SECURITY,
      `W: GPG error: ${SECURITY} bookworm-security InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 54404762BBB6E853`,
    ],
    [
      'untrusted',
      IN_RELEASE,
      `E: Release file for ${IN_RELEASE} is expired (invalid since 3d 4h). Updates for this repository will not be applied.`,
    ],
    [
      'gone',
      SECURITY,
      `E: The repository '${SECURITY} buster Release' does not have a Release file.`,
    ],
    [
      'gone',
      'http://security.test/pool/a_1_amd64.deb',
      'E: Failed to fetch http://security.test/pool/a_1_amd64.deb  404  Not Found [IP: 203.0.113.80 80]',
    ],
    [
      'unreachable',
      'https://alpine.test/v3.18/main',
      'WARNING: updating and opening https://alpine.test/v3.18/main: temporary error (try again later)',
    ],
    [
      'untrusted',
      'https://alpine.test/v3.18/main',
      'WARNING: updating and opening https://alpine.test/v3.18/main: UNTRUSTED signature',
    ],
    [
      'unreachable',
      'https://rpm.test/repodata/repomd.xml',
      "  - Curl error (6): Couldn't resolve host name for https://rpm.test/repodata/repomd.xml [Could not resolve host: rpm.test]",
    ],
    [
      'gone',
      'https://rpm.test/repodata/repomd.xml',
      '  - Status code: 404 for https://rpm.test/repodata/repomd.xml (IP: 203.0.113.7)',
    ],
    [
      'untrusted',
      'a package source',
      "Error: Failed to download metadata for repo 'x': repomd.xml GPG signature verification error: Bad GPG signature",
    ],
  ])('reports a source as %s, with its URL %s', (kind, url, line) => {
    const faults = sourceFaults([line]);

    expect(faults).toMatchObject([{ kind, url }]);
  });

  it('removes the password and the query from a URL', () => {
    const [fault] = sourceFaults([
      'W: Failed to fetch https://me:secret@apt.test/dists/x/InRelease?sig=abc  Connection timed out',
    ]);

    expect(fault?.url).toBe('https://apt.test/dists/x/InRelease');
  });

  it.each([
    'Ign:1 http://security.test bookworm InRelease',
    'W: Some index files failed to download. They have been ignored, or old ones used instead.',
    'E: Held packages were changed and -y was used without --allow-change-held-packages.',
  ])('finds nothing in "%s"', (line) => {
    expect(sourceFaults([line])).toEqual([]);
  });

  it('names each source once and at most twenty sources', () => {
    const lines = Array.from({ length: 50 }, (_, at) =>
      Array.from({ length: 2 }, () => `W: Failed to fetch http://${at}.test/x  Connection failed`),
    ).flat();

    expect(sourceFaults(lines)).toHaveLength(20);
  });
});

describe('worstFault', () => {
  it('prefers the fault that made the package manager fail', () => {
    const faults = sourceFaults([
      `W: GPG error: ${SECURITY} bookworm InRelease: NO_PUBKEY 1`,
      "E: The repository 'http://old.test buster Release' does not have a Release file.",
    ]);

    expect(worstFault(faults)).toMatchObject({ kind: 'gone', url: 'http://old.test/' });
  });
});
