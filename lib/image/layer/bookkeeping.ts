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
] as const;

/**
 * Caches and logs that triggers and scripts write again after each update of any package. rpm lists
 * some of them as files of a package that is not updated.
 */
const CACHES = [
  'etc/udev/hwdb.bin',
  'usr/lib/fontconfig/cache/',
  'usr/share/applications/mimeinfo.cache',
  'usr/share/glib-2.0/schemas/gschemas.compiled',
  'usr/share/info/dir',
  'usr/share/info/dir.old',
  'usr/share/mime/',
  'var/cache/fontconfig/',
  'var/cache/man/',
  'var/lib/systemd/catalog/database',
  'var/log/',
] as const;
const CACHE_NAME =
  /^usr\/.*\/(?:icon-theme|giomodule|loaders|immodules)\.cache$|^usr\/share\/fonts\/.*\/fonts\.(?:dir|scale)$/;

/** Paths that a package's own scripts generate, by the package that must have changed. */
const GENERATED: ReadonlyMap<string, readonly string[]> = new Map([
  ['ca-certificates', ['etc/ssl/certs/', 'etc/ca-certificates.conf']],
  ['ca-certificates-bundle', ['etc/ssl/certs/']],
  ['libc-bin', ['usr/lib/locale/']],
  ['debianutils', ['etc/shells', 'var/lib/shells.state']],
  ['dash', ['etc/shells', 'var/lib/shells.state']],
  ['bash', ['etc/shells', 'var/lib/shells.state']],
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
  if (CACHES.some((known) => matches(path, known)) || CACHE_NAME.test(path)) return true;
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
