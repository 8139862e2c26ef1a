/**
 * Paths that package managers write for themselves. No package owns them, and each update changes
 * some. All are normalized (`lib/apk` is `usr/lib/apk`); a trailing slash includes all paths below.
 */
const BOOKKEEPING = [
  'etc/apk/world',
  'etc/ld.so.cache',
  'usr/lib/apk/db/',
  'var/cache/apk/',
  'var/cache/apt/',
  'var/cache/debconf/',
  'var/cache/dnf/',
  'var/cache/ldconfig/aux-cache',
  'var/cache/yum/',
  'var/cache/zypp/',
  'var/lib/apt/',
  'var/lib/dnf/',
  'var/lib/dpkg/',
  'var/lib/rpm/',
  'var/lib/systemd/deb-systemd-helper-enabled/',
  'var/lib/systemd/deb-systemd-helper-masked/',
  'var/lib/systemd/deb-systemd-user-helper-enabled/',
  'var/lib/systemd/deb-systemd-user-helper-masked/',
  'usr/lib/sysimage/rpm/',
  'usr/lib/sysimage/libdnf5/',
  'var/log/alternatives.log',
  'var/log/apk.log',
  'var/log/apt/',
  'var/log/dpkg.log',
  'var/log/dnf.log',
  'var/log/dnf.librepo.log',
  'var/log/dnf.rpm.log',
  'var/log/hawkey.log',
  'var/log/tdnf.log',
  'var/log/yum.log',
] as const;

/** Paths that a package's own scripts generate, by the package that must have changed. */
const GENERATED: ReadonlyMap<string, readonly string[]> = new Map([
  ['ca-certificates', ['etc/ssl/certs/', 'etc/ca-certificates.conf']],
  ['ca-certificates-bundle', ['etc/ssl/certs/']],
  ['libc-bin', ['usr/lib/locale/']],
  ['debianutils', ['etc/shells', 'var/lib/shells.state']],
  ['dash', ['etc/shells', 'var/lib/shells.state']],
  ['bash', ['etc/shells', 'var/lib/shells.state']],
  ['install-info', ['usr/share/info/dir']],
  ['base-files', ['etc/profile', 'etc/motd', 'etc/nsswitch.conf', 'root/.bashrc', 'root/.profile']],
]);

/** What `pam-auth-update` generates for every package with a module. */
const PAM_PACKAGE = 'libpam-';
const PAM = ['var/lib/pam/', 'etc/pam.d/common-', 'etc/security/opasswd'];
/** glibc's lookup cache, one in each folder of character set converters. */
const CONVERTER_CACHE = /^usr\/lib\/(?:[^/]+\/)?gconv\/gconv-modules\.cache$/;

/** True if a package manager, or a script of a changed package, writes this path. */
export function isBookkeeping(path: string, changedPackages: ReadonlySet<string>): boolean {
  if (BOOKKEEPING.some((known) => matches(path, known))) return true;
  if (changedPackages.has('libc-bin') && CONVERTER_CACHE.test(path)) return true;
  if (PAM.some((known) => path.startsWith(known))) {
    return [...changedPackages].some((name) => name.startsWith(PAM_PACKAGE));
  }
  for (const [name, generated] of GENERATED) {
    if (changedPackages.has(name) && generated.some((known) => matches(path, known))) return true;
  }
  return false;
}

function matches(path: string, known: string): boolean {
  return known.endsWith('/') ? path.startsWith(known) : path === known;
}
