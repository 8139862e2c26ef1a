/** Part of the images that tests and the demo work on; never shipped. */
import { bookwormPackages, type DebianPackage } from './debian-packages.ts';

/** Versions of Debian 10's packages at its last point release, by source. */
const VERSIONS: Readonly<Record<string, string>> = {
  adduser: '3.118+deb10u1',
  apt: '1.8.2.3',
  'base-files': '10.3+deb10u13',
  'base-passwd': '3.5.46',
  bash: '5.0-4',
  bzip2: '1.0.6-9.2~deb10u2',
  coreutils: '8.30-3',
  dash: '0.5.10.2-5',
  debconf: '1.5.71+deb10u1',
  'debian-archive-keyring': '2019.1+deb10u1',
  debianutils: '4.8.6.1',
  diffutils: '1:3.7-3',
  dpkg: '1.19.8',
  findutils: '4.6.0+git+20190209-2',
  glibc: '2.28-10+deb10u1',
  gnutls28: '3.6.7-4+deb10u8',
  grep: '3.3-1',
  gzip: '1.9-3',
  hostname: '3.21',
  libgcrypt20: '1.8.4-5',
  'libgpg-error': '1.35-1',
  libseccomp: '2.3.3-4',
  libselinux: '2.8-1',
  mawk: '1.3.3-17+b3',
  ncurses: '6.1+20181013-2+deb10u2',
  pam: '1.3.1-5',
  perl: '5.28.1-6+deb10u1',
  sed: '4.7-1',
  shadow: '1:4.5-1.1',
  systemd: '241-7~deb10u8',
  tar: '1.30+dfsg-6',
  tzdata: '2021a-0+deb10u3',
  'util-linux': '2.33.1-0.1',
  zlib: '1:1.2.11.dfsg-1',
};

/** A minimal Debian 10, without security updates since June 2024. */
export function busterPackages(): readonly DebianPackage[] {
  return bookwormPackages(VERSIONS).minimal.filter(
    (one) => VERSIONS[one.source ?? one.name] !== undefined,
  );
}
