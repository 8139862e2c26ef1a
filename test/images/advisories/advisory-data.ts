/** Part of the images that tests and the demo work on; never shipped. */

type Severity = 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';

/** Advisories of one source package: the version that fixes them (none yet: ''), and their ids. */
export type SourceAdvisories = readonly (readonly [fixed: string, ...ids: string[]])[];

/** Debian 12. Fixed versions and ids from the packages' changelogs. */
export const DEBIAN_12: Readonly<Record<string, SourceAdvisories>> = {
  curl: [
    ['7.88.1-10+deb12u6', 'CVE-2024-2004', 'CVE-2024-2398'],
    ['7.88.1-10+deb12u7', 'CVE-2024-7264'],
    ['7.88.1-10+deb12u8', 'CVE-2024-8096'],
    ['7.88.1-10+deb12u9', 'CVE-2024-9681'],
    ['7.88.1-10+deb12u10', 'CVE-2024-11053'],
    ['7.88.1-10+deb12u11', 'CVE-2025-0167'],
    ['', 'CVE-2024-2379', 'CVE-2025-0725'],
  ],
  expat: [
    ['2.5.0-1+deb12u1', 'CVE-2023-52425', 'CVE-2024-45490', 'CVE-2024-45491', 'CVE-2024-45492'],
  ],
  'gcc-12': [['12.2.0-14+deb12u1', 'CVE-2023-4039']],
  glibc: [
    ['2.36-9+deb12u4', 'CVE-2023-6246', 'CVE-2023-6779', 'CVE-2023-6780'],
    ['2.36-9+deb12u6', 'CVE-2024-2961'],
    ['2.36-9+deb12u7', 'CVE-2024-33599', 'CVE-2024-33600', 'CVE-2024-33601', 'CVE-2024-33602'],
    ['2.36-9+deb12u10', 'CVE-2025-0395'],
    ['2.36-9+deb12u11', 'CVE-2025-4802'],
  ],
  gnupg2: [['2.2.40-1.1+deb12u2', 'CVE-2025-68973']],
  gnutls28: [
    ['3.7.9-2+deb12u2', 'CVE-2024-0553', 'CVE-2024-0567'],
    ['3.7.9-2+deb12u3', 'CVE-2024-28834', 'CVE-2024-28835'],
    ['3.7.9-2+deb12u4', 'CVE-2024-12243'],
    ['3.7.9-2+deb12u5', 'CVE-2025-32988', 'CVE-2025-32989', 'CVE-2025-32990', 'CVE-2025-6395'],
  ],
  krb5: [
    ['1.20.1-2+deb12u2', 'CVE-2024-37370', 'CVE-2024-37371'],
    ['1.20.1-2+deb12u3', 'CVE-2024-26462', 'CVE-2025-24528'],
    ['', 'CVE-2018-5709'],
  ],
  libcap2: [['1:2.66-4+deb12u1', 'CVE-2025-1390']],
  'libtasn1-6': [['4.19.0-2+deb12u1', 'CVE-2024-12133']],
  nghttp2: [
    ['1.52.0-1+deb12u1', 'CVE-2023-44487'],
    ['1.52.0-1+deb12u2', 'CVE-2024-28182'],
  ],
  openldap: [['', 'CVE-2023-2953']],
  openssl: [
    ['3.0.13-1~deb12u1', 'CVE-2023-5678', 'CVE-2023-6129', 'CVE-2024-0727'],
    ['3.0.14-1~deb12u1', 'CVE-2024-2511', 'CVE-2024-4603', 'CVE-2024-4741'],
    ['3.0.14-1~deb12u2', 'CVE-2024-6119'],
    ['3.0.15-1~deb12u1', 'CVE-2024-5535', 'CVE-2024-9143'],
    ['3.0.16-1~deb12u1', 'CVE-2024-13176'],
    ['3.0.17-1~deb12u3', 'CVE-2025-9230', 'CVE-2025-9232'],
    ['3.0.18-1~deb12u2', 'CVE-2025-15467', 'CVE-2025-69419'],
  ],
  perl: [['5.36.0-7+deb12u2', 'CVE-2024-56406']],
  shadow: [['1:4.13+dfsg1-1+deb12u1', 'CVE-2023-4641', 'CVE-2023-29383']],
  systemd: [['252.38-1~deb12u1', 'CVE-2025-4598']],
  tar: [['1.34+dfsg-1.2+deb12u1', 'CVE-2022-48303', 'CVE-2023-39804']],
  'util-linux': [['2.38.1-5+deb12u1', 'CVE-2024-28085']],
};

/** Debian 10, whose last advisories are from June 2024. */
export const DEBIAN_10: Readonly<Record<string, SourceAdvisories>> = {
  glibc: [['2.28-10+deb10u3', 'CVE-2024-2961']],
  gnutls28: [['3.6.7-4+deb10u12', 'CVE-2024-0553']],
  gzip: [['1.9-3+deb10u1', 'CVE-2022-1271']],
  zlib: [['1:1.2.11.dfsg-1+deb10u2', 'CVE-2018-25032', 'CVE-2022-37434']],
};

/** Alpine 3.22. */
export const ALPINE_3_22: Readonly<Record<string, SourceAdvisories>> = {
  busybox: [['1.37.0-r20', 'CVE-2024-58251', 'CVE-2025-46394']],
  curl: [
    ['8.14.1-r0', 'CVE-2025-5399'],
    ['8.14.1-r2', 'CVE-2025-9086', 'CVE-2025-10148'],
  ],
  expat: [['2.7.2-r0', 'CVE-2025-59375']],
  nginx: [['1.28.0-r4', 'CVE-2025-53859']],
  openssl: [
    ['3.5.1-r0', 'CVE-2025-4575'],
    ['3.5.4-r0', 'CVE-2025-9230', 'CVE-2025-9231', 'CVE-2025-9232'],
  ],
  pcre2: [['10.46-r0', 'CVE-2025-58050']],
};

/** Title and severity of each. Default: the package's name and MEDIUM. */
export const DETAILS: Readonly<Record<string, readonly [severity: Severity, title: string]>> = {
  'CVE-2018-25032': [
    'HIGH',
    'zlib: memory corruption when deflating input with many distant matches',
  ],
  'CVE-2018-5709': ['LOW', 'krb5: integer overflow in dbentry->n_key_data'],
  'CVE-2022-1271': ['HIGH', 'gzip: arbitrary file write by zgrep on crafted file names'],
  'CVE-2022-37434': [
    'CRITICAL',
    'zlib: heap buffer over-read in inflate via a large gzip header extra field',
  ],
  'CVE-2023-2953': ['HIGH', 'openldap: null pointer dereference in ber_memalloc_x'],
  'CVE-2023-44487': ['HIGH', 'HTTP/2: rapid reset of streams exhausts the server'],
  'CVE-2023-52425': ['HIGH', 'expat: parsing large tokens can exhaust resources'],
  'CVE-2023-6246': ['HIGH', 'glibc: heap overflow in syslog lets a local user become root'],
  'CVE-2024-0553': ['HIGH', 'gnutls: incomplete fix of a timing side channel in RSA-PSK'],
  'CVE-2024-0567': ['HIGH', 'gnutls: rejects certificate chains with distributed trust'],
  'CVE-2024-2379': ['LOW', 'curl: QUIC certificate check bypass with wolfSSL'],
  'CVE-2024-2398': ['HIGH', 'curl: memory leak when HTTP/2 server push is refused'],
  'CVE-2024-28085': ['HIGH', 'util-linux: escape sequences are not filtered by wall'],
  'CVE-2024-2961': ['HIGH', 'glibc: out-of-bounds write in iconv to ISO-2022-CN-EXT'],
  'CVE-2024-33599': ['HIGH', 'glibc: stack buffer overflow in the netgroup cache of nscd'],
  'CVE-2024-37371': ['CRITICAL', 'krb5: invalid memory reads in handling GSS message tokens'],
  'CVE-2024-45491': ['CRITICAL', 'expat: integer overflow in dtdCopy'],
  'CVE-2024-45492': ['CRITICAL', 'expat: integer overflow in nextScaffoldPart'],
  'CVE-2024-5535': ['CRITICAL', 'openssl: SSL_select_next_proto buffer overread'],
  'CVE-2024-56406': ['HIGH', 'perl: heap overflow when transliterating non-ASCII bytes'],
  'CVE-2024-6119': ['HIGH', 'openssl: possible denial of service in X.509 name checks'],
  'CVE-2025-0395': ['HIGH', 'glibc: buffer overflow in assert()'],
  'CVE-2025-0725': ['LOW', 'curl: buffer overflow with zlib older than 1.2.0.4'],
  'CVE-2025-15467': ['CRITICAL', 'openssl: stack overflow in parsing CMS AuthEnvelopedData'],
  'CVE-2025-32988': ['HIGH', 'gnutls: double free in otherName SAN export'],
  'CVE-2025-32990': ['HIGH', 'gnutls: heap write overflow in the certtool template parser'],
  'CVE-2025-4802': ['HIGH', 'glibc: statically linked setuid programs may search LD_LIBRARY_PATH'],
  'CVE-2025-58050': ['CRITICAL', 'pcre2: heap buffer over-read in match'],
  'CVE-2025-59375': ['HIGH', 'expat: large dynamic memory allocations from a small document'],
  'CVE-2025-9230': ['HIGH', 'openssl: out-of-bounds read and write in RFC 3211 KEK unwrap'],
};
