import { truncate } from '../../lib/text/truncate.ts';

export type SourceFaultKind = 'unreachable' | 'untrusted' | 'gone';

/** A failure of a package source, from a package manager's output. A hint. */
export interface SourceFault {
  readonly kind: SourceFaultKind;
  /** Without credentials and query. As printed if it is not a URL. */
  readonly url: string;
  /** The package manager's own text. */
  readonly cause: string;
  /** True if the package manager failed; false if it continued without this source. */
  readonly fatal: boolean;
  /** True if it failed to fetch a package and not the source's index. */
  readonly ofPackage: boolean;
}

const LONGEST_URL = 200;
const LONGEST_CAUSE = 160;
const MOST_FAULTS = 20;

/**
 * Lines that name a source and its failure. Seen with apt 2.6; texts of apk-tools 2.14
 * (`src/database.c`, `src/print.c`), librepo and libdnf (`librepo/downloader.c`, `handle.c`), yum 3.4.
 */
const LINES: readonly RegExp[] = [
  /^[WE]: Failed to fetch (?<url>\S+) +(?<cause>.+)$/,
  /^[WE]: The repository '(?<url>\S+)[^']*' (?<cause>(?:does not have|no longer has) a Release file.*|is (?:not|no longer) signed.*)$/,
  /^[WE]: GPG error: (?<url>\S+)[^:]*: (?<cause>.+)$/,
  /^[WE]: Release file for (?<url>\S+) (?<cause>is (?:expired|not valid yet).*)$/,
  /^(?:WARNING|ERROR): (?:Ignoring |updating and opening |opening |fetching )?(?<url>https?:\S+?): (?<cause>.+)$/,
  /Curl error \((?<cause>\d+\): .*?) for (?<url>https?:\S+)/,
  /(?<cause>Status code: \d{3}) for (?<url>https?:\S+)/,
  /^(?<url>https?:\S+): (?<cause>\[Errno \d+\] .+)$/,
  /^Error: (?<cause>Failed to synchronize cache) for repo '[^']*' from '(?<url>[^']+)'/,
  /(?<cause>(?:repomd\.xml )?GPG signature verification error: .*|GPG check FAILED|Public key for (?<url>\S+) is not installed.*)$/,
];

const GONE = /\b(?:404|410)\b|Release file\b(?! for)|No such file|File not found/;
const UNTRUSTED =
  /sign(?:ed|ature)|NO_PUBKEY|EXPKEYSIG|GPG|Public key|UNTRUSTED|is expired|not valid yet/i;

/** Finds failures of package sources in the output of programs in an image, each source once. */
export function sourceFaults(lines: readonly string[]): readonly SourceFault[] {
  const faults = new Map<string, SourceFault>();
  for (const line of lines) {
    const fault = faults.size < MOST_FAULTS ? faultIn(line) : undefined;
    if (fault !== undefined) faults.set(`${fault.kind} ${fault.url}`, fault);
  }
  return [...faults.values()];
}

const WORST_FIRST: readonly SourceFaultKind[] = ['untrusted', 'gone', 'unreachable'];

/** Returns the fault that best explains why a package manager failed. */
export function worstFault(faults: readonly SourceFault[]): SourceFault | undefined {
  const rank = (fault: SourceFault) => WORST_FIRST.indexOf(fault.kind) - (fault.fatal ? 10 : 0);
  return [...faults].sort((a, b) => rank(a) - rank(b))[0];
}

/** Returns the fault in one line, or undefined if there is none. */
export function faultIn(line: string): SourceFault | undefined {
  const trimmed = line.trim();
  for (const pattern of LINES) {
    const found = pattern.exec(trimmed)?.groups;
    if (found === undefined) continue;
    const cause = found.cause ?? '';
    const url = withoutSecrets(found.url ?? 'a package source');
    return {
      kind: kindOf(cause),
      url,
      cause: truncate(cause, LONGEST_CAUSE),
      fatal: !/^W(?:ARNING)?:/.test(trimmed),
      ofPackage: /\.(?:deb|apk|rpm)$/.test(url),
    };
  }
  return undefined;
}

function kindOf(cause: string): SourceFaultKind {
  if (UNTRUSTED.test(cause)) return 'untrusted';
  // Includes a wrong size or checksum, which a mirror returns during its own update.
  return GONE.test(cause) ? 'gone' : 'unreachable';
}

function withoutSecrets(text: string): string {
  if (!URL.canParse(text)) return truncate(text, LONGEST_URL);
  const url = new URL(text);
  return truncate(`${url.protocol}//${url.host}${url.pathname}`, LONGEST_URL);
}
