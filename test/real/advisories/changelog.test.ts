import { describe, expect, it } from 'vitest';
import { advisoriesSince, parseChangelog, severityOf } from './changelog.ts';

const changelog = `openssl (3.0.22-1~deb12u2) bookworm-security; urgency=high

  * Non-maintainer upload.
  * CVE-2026-84782 ("DTLS Retransmits Handshake Messages From a Stale Buffer
    Offset")
  * CVE-2026-11111: a crafted name reads past the end. (Closes: #1141639)

 -- A Maintainer <a@debian.example>  Wed, 21 Oct 2026 16:54:24 +0700

openssl (3.0.22-1~deb12u1) bookworm-security; urgency=medium

  * Import 3.0.22
  * CVE-2026-42767, also known from CVE-2026-84782

 -- A Maintainer <a@debian.example>  Wed, 23 Sep 2026 10:52:17 +0700

openssl (3.0.20-1~deb12u2) bookworm-security; urgency=medium

  * CVE-2026-7383 ("already installed")

 -- A Maintainer <a@debian.example>  Mon, 1 Jun 2026 10:52:17 +0700
`;

describe('the changelog of a Debian package', () => {
  it('is parsed into one entry for each version, newest first', () => {
    const entries = parseChangelog(changelog);

    expect(entries.map((entry) => [entry.source, entry.version, entry.urgency])).toEqual([
      ['openssl', '3.0.22-1~deb12u2', 'high'],
      ['openssl', '3.0.22-1~deb12u1', 'medium'],
      ['openssl', '3.0.20-1~deb12u2', 'medium'],
    ]);
  });

  it('excludes the signature of an entry from its text', () => {
    const [entry] = parseChangelog(changelog);

    expect(entry?.text).toContain('CVE-2026-11111');
    expect(entry?.text).not.toContain('Maintainer <');
  });

  it('gives the fixes since the installed version, and no older ones', () => {
    const advisories = advisoriesSince(parseChangelog(changelog), '3.0.20-1~deb12u2');

    expect(advisories.map(({ id }) => id)).toEqual([
      'CVE-2026-11111',
      'CVE-2026-42767',
      'CVE-2026-84782',
    ]);
  });

  it('counts a vulnerability as fixed by the oldest version that names it', () => {
    const advisories = advisoriesSince(parseChangelog(changelog), '3.0.20-1~deb12u2');

    expect(advisories.find(({ id }) => id === 'CVE-2026-84782')?.fixedVersion).toBe(
      '3.0.22-1~deb12u1',
    );
  });

  it('gives no fixes for the newest version', () => {
    const advisories = advisoriesSince(parseChangelog(changelog), '3.0.22-1~deb12u2');

    expect(advisories).toEqual([]);
  });

  it('takes the title from the quoted or the plain words after the number', () => {
    const advisories = advisoriesSince(parseChangelog(changelog), '3.0.22-1~deb12u1');

    expect(advisories.map(({ id, title }) => [id, title])).toEqual([
      ['CVE-2026-11111', 'a crafted name reads past the end'],
      ['CVE-2026-84782', 'DTLS Retransmits Handshake Messages From a Stale Buffer Offset'],
    ]);
  });

  it('takes no version for a fix that comes after the newest one', () => {
    const signed = ' -- A Maintainer <a@debian.example>  Wed, 21 Oct 2026 16:54:24 +0700\n';
    const text = [
      `jdk (21.1-1~deb12u1) bookworm-security; urgency=medium\n\n  * Rebuild.\n\n${signed}`,
      `jdk (21.1-1) unstable; urgency=high\n\n  * CVE-2026-11111: a flaw.\n\n${signed}`,
    ].join('\n');

    const advisories = advisoriesSince(parseChangelog(text), '20.9-1~deb12u1');

    expect(advisories).toMatchObject([
      { id: 'CVE-2026-11111', fixedVersion: '21.1-1~deb12u1', severity: 'HIGH' },
    ]);
  });

  it('gives every vulnerability of one long sentence', () => {
    const text = `perl (5.36.0-7+deb12u4) bookworm-security; urgency=medium

  * CVE-2026-42496: Archive::Tar symlink extraction; + CVE-2026-7017: HTTP::Tiny
    forwards credentials, and CVE-2026-7010, CVE-2026-7011.

 -- A Maintainer <a@debian.example>  Wed, 21 Oct 2026 16:54:24 +0700
`;

    const advisories = advisoriesSince(parseChangelog(text), '5.36.0-7+deb12u3');

    expect(advisories.map(({ id, title }) => [id, title])).toEqual([
      ['CVE-2026-42496', 'Archive::Tar symlink extraction'],
      ['CVE-2026-7010', 'CVE-2026-7010'],
      ['CVE-2026-7011', 'CVE-2026-7011'],
      ['CVE-2026-7017', 'HTTP::Tiny forwards credentials, and'],
    ]);
  });

  it('is empty if the text is not a changelog', () => {
    expect(parseChangelog('<html>not found</html>')).toEqual([]);
  });

  it.each([
    ['emergency', 'HIGH'],
    ['high', 'HIGH'],
    ['medium', 'MEDIUM'],
    ['low', 'LOW'],
    ['whatever', 'MEDIUM'],
  ])('turns the urgency %s into the severity %s', (urgency, severity) => {
    expect(severityOf(urgency)).toBe(severity);
  });
});
