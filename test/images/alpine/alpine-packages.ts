/** Part of the images that tests and the demo work on; never shipped. */

/** One package of Alpine 3.22, with its version in the first release, 3.22.0. */
export interface AlpinePackage {
  readonly name: string;
  readonly version: string;
  readonly origin: string;
  readonly license: string;
  readonly summary: string;
  readonly depends: readonly string[];
  readonly provides?: readonly string[];
  /** Absolute paths. */
  readonly files: readonly string[];
}

const MUSL = 'so:libc.musl-x86_64.so.1';

function library(
  name: string,
  version: string,
  origin: string,
  license: string,
  sonames: readonly string[],
  depends: readonly string[] = [],
): AlpinePackage {
  return {
    name,
    version,
    origin,
    license,
    summary: `${name} (library)`,
    depends: [...depends.map((soname) => `so:${soname}`), MUSL],
    provides: sonames.map((soname) => `so:${soname}=1`),
    files: sonames.map((soname) => `/usr/lib/${soname}`),
  };
}

function program(
  name: string,
  version: string,
  origin: string,
  license: string,
  files: readonly string[],
  depends: readonly string[] = [MUSL],
): AlpinePackage {
  return { name, version, origin, license, summary: name, depends, files };
}

export const ALPINE_3_22: readonly AlpinePackage[] = [
  program(
    'alpine-baselayout',
    '3.7.0-r0',
    'alpine-baselayout',
    'GPL-2.0-only',
    ['/etc/fstab'],
    ['alpine-baselayout-data=3.7.0-r0', '/bin/sh'],
  ),
  program(
    'alpine-baselayout-data',
    '3.7.0-r0',
    'alpine-baselayout',
    'GPL-2.0-only',
    ['/etc/hosts'],
    [],
  ),
  program(
    'alpine-keys',
    '2.5-r0',
    'alpine-keys',
    'MIT',
    ['/usr/share/apk/keys/x86_64.rsa.pub'],
    [],
  ),
  program('alpine-release', '3.22.0-r0', 'alpine-base', 'MIT', ['/etc/alpine-release'], []),
  program('apk-tools', '2.14.9-r2', 'apk-tools', 'GPL-2.0-only', ['/sbin/apk']),
  library('brotli-libs', '1.1.0-r2', 'brotli', 'MIT', [
    'libbrotlicommon.so.1',
    'libbrotlidec.so.1',
  ]),
  program('busybox', '1.37.0-r18', 'busybox', 'GPL-2.0-only', ['/bin/busybox']),
  program(
    'busybox-binsh',
    '1.37.0-r18',
    'busybox',
    'GPL-2.0-only',
    ['/usr/share/busybox/binsh'],
    ['busybox=1.37.0-r18'],
  ),
  library('c-ares', '1.34.5-r0', 'c-ares', 'MIT', ['libcares.so.2']),
  program(
    'ca-certificates-bundle',
    '20241121-r2',
    'ca-certificates',
    'MPL-2.0 AND MIT',
    ['/etc/ssl/certs/ca-certificates.crt'],
    [],
  ),
  program('curl', '8.14.0-r1', 'curl', 'curl', ['/usr/bin/curl'], ['so:libcurl.so.4', MUSL]),
  library(
    'libapk2',
    '2.14.9-r2',
    'apk-tools',
    'GPL-2.0-only',
    ['libapk.so.2.14.0'],
    ['libcrypto.so.3', 'libssl.so.3'],
  ),
  library('libcrypto3', '3.5.0-r0', 'openssl', 'Apache-2.0', ['libcrypto.so.3']),
  library(
    'libcurl',
    '8.14.0-r1',
    'curl',
    'curl',
    ['libcurl.so.4'],
    ['libssl.so.3', 'libnghttp2.so.14'],
  ),
  library('libexpat', '2.7.1-r0', 'expat', 'MIT', ['libexpat.so.1']),
  library('libidn2', '2.3.7-r0', 'libidn2', 'GPL-2.0-or-later OR LGPL-3.0-or-later', [
    'libidn2.so.0',
  ]),
  library('libpsl', '0.21.5-r3', 'libpsl', 'MIT', ['libpsl.so.5']),
  library('libssl3', '3.5.0-r0', 'openssl', 'Apache-2.0', ['libssl.so.3'], ['libcrypto.so.3']),
  library('libunistring', '1.3-r0', 'libunistring', 'GPL-2.0-or-later OR LGPL-3.0-or-later', [
    'libunistring.so.5',
  ]),
  program('musl', '1.2.5-r10', 'musl', 'MIT', ['/lib/ld-musl-x86_64.so.1'], []),
  program('musl-utils', '1.2.5-r10', 'musl', 'MIT AND BSD-2-Clause', [
    '/usr/bin/getent',
    '/usr/bin/ldd',
  ]),
  library('nghttp2-libs', '1.65.0-r0', 'nghttp2', 'MIT', ['libnghttp2.so.14']),
  program(
    'nginx',
    '1.28.0-r3',
    'nginx',
    'BSD-2-Clause',
    ['/usr/sbin/nginx'],
    ['so:libcrypto.so.3', 'so:libpcre2-8.so.0', MUSL],
  ),
  library('pcre2', '10.43-r1', 'pcre2', 'BSD-3-Clause', ['libpcre2-8.so.0']),
  program('scanelf', '1.3.8-r1', 'pax-utils', 'GPL-2.0-only', ['/usr/bin/scanelf']),
  program(
    'ssl_client',
    '1.37.0-r18',
    'busybox',
    'GPL-2.0-only',
    ['/usr/bin/ssl_client'],
    ['so:libssl.so.3', MUSL],
  ),
  library('zlib', '1.3.1-r2', 'zlib', 'Zlib', ['libz.so.1']),
  library('zstd-libs', '1.5.7-r0', 'zstd', 'BSD-3-Clause OR GPL-2.0-or-later', ['libzstd.so.1']),
];
