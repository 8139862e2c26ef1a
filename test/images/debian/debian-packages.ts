/** Part of the images that tests and the demo work on; never shipped. */
import * as z from 'zod';
import bookworm from './bookworm-packages.json' with { type: 'json' };

/** One binary package of Debian 12: its control fields and a few of its files. */
const DebianPackage = z.strictObject({
  name: z.string(),
  version: z.string(),
  source: z.string().optional(),
  /** Set if it differs from the package's own. */
  sourceVersion: z.string().optional(),
  architecture: z.string(),
  section: z.string(),
  priority: z.string(),
  essential: z.literal(true).optional(),
  multiArch: z.string().optional(),
  depends: z.string().optional(),
  summary: z.string(),
  files: z.array(z.string()),
  links: z.record(z.string(), z.string()).optional(),
});
export type DebianPackage = z.infer<typeof DebianPackage>;

/** Packages that `apt-get install ca-certificates curl openssl` adds to a minimal system. */
const CURL_SOURCES = new Set([
  'brotli',
  'ca-certificates',
  'curl',
  'cyrus-sasl2',
  'keyutils',
  'krb5',
  'libidn2',
  'libpsl',
  'libssh2',
  'nghttp2',
  'openldap',
  'openssl',
  'rtmpdump',
]);

export interface DebianPackages {
  readonly minimal: readonly DebianPackage[];
  readonly curl: readonly DebianPackage[];
}

/** Debian 12's current packages, with older versions for the given sources. */
export function bookwormPackages(older: Readonly<Record<string, string>> = {}): DebianPackages {
  const packages = DebianPackage.array()
    .parse(bookworm)
    .map((one) => atSourceVersion(one, older[one.source ?? one.name]));
  return {
    minimal: packages.filter((one) => !CURL_SOURCES.has(one.source ?? one.name)),
    curl: packages.filter((one) => CURL_SOURCES.has(one.source ?? one.name)),
  };
}

function atSourceVersion(one: DebianPackage, version: string | undefined): DebianPackage {
  if (version === undefined) {
    return one;
  }
  if (one.sourceVersion === undefined) {
    return { ...one, version };
  }
  const epoch = /^[0-9]+:/.exec(one.version)?.[0] ?? '';
  return { ...one, version: `${epoch}${version}`, sourceVersion: version };
}

/** The paragraph of `/var/lib/dpkg/status`. */
export function statusParagraph(one: DebianPackage): string {
  const lines = [
    `Package: ${one.name}`,
    ...(one.essential ? ['Essential: yes'] : []),
    'Status: install ok installed',
    `Priority: ${one.priority}`,
    `Section: ${one.section}`,
    `Installed-Size: ${one.files.length * 24}`,
    'Maintainer: Debian Maintainers <maintainers@debian.example>',
    `Architecture: ${one.architecture}`,
    ...(one.multiArch ? [`Multi-Arch: ${one.multiArch}`] : []),
    ...(one.source
      ? [`Source: ${one.source}${one.sourceVersion ? ` (${one.sourceVersion})` : ''}`]
      : []),
    `Version: ${one.version}`,
    ...(one.depends ? [`Depends: ${one.depends}`] : []),
    `Description: ${one.summary}`,
    ` A package of the stand-in images: the control fields are Debian's, the files are not.`,
  ];
  return lines.join('\n');
}
