import { compareDebianVersions } from '../debian/debian-version.ts';

export type Severity = 'HIGH' | 'MEDIUM' | 'LOW';

/** One version's entry of a Debian changelog. */
export interface ChangelogEntry {
  readonly source: string;
  readonly version: string;
  readonly urgency: string;
  readonly text: string;
}

/** A vulnerability that a version of a source package fixes, from the text of its maintainers. */
export interface Advisory {
  readonly source: string;
  readonly id: string;
  readonly fixedVersion: string;
  readonly title: string;
  readonly severity: Severity;
}

/** Returns the entries of a `changelog.Debian`, newest first. Unreadable parts are skipped. */
export function parseChangelog(text: string): readonly ChangelogEntry[] {
  const heading = /^(\S+) \(([^()\s]+)\) [^;\n]*;[^\n]*?urgency=(\w+)[^\n]*$/gm;
  const found = [...text.matchAll(heading)];
  return found.map((match, index) => ({
    source: match[1] ?? '',
    version: match[2] ?? '',
    urgency: (match[3] ?? '').toLowerCase(),
    text: withoutSignature(text.slice(match.index + match[0].length, found[index + 1]?.index)),
  }));
}

/**
 * Returns the vulnerabilities that versions newer than the installed one fix. If several versions name
 * an identifier, the oldest of them counts as its fix. No fix is later than the newest entry: a version
 * for a stable release (`1.2-1~deb12u1`) comes before the one that it was made from (`1.2-1`).
 */
export function advisoriesSince(
  entries: readonly ChangelogEntry[],
  installedVersion: string,
): readonly Advisory[] {
  const [newest] = entries;
  const newer = entries
    .filter((entry) => compareDebianVersions(entry.version, installedVersion) > 0)
    .sort((a, b) => compareDebianVersions(a.version, b.version));
  const advisories = new Map<string, Advisory>();
  for (const entry of newer) {
    for (const { id, title } of namedVulnerabilities(entry.text)) {
      if (!advisories.has(id)) {
        const severity = severityOf(entry.urgency);
        const { source, version } = entry;
        const isLater = newest !== undefined && compareDebianVersions(version, newest.version) > 0;
        const fixedVersion = isLater ? newest.version : version;
        advisories.set(id, { source, id, fixedVersion, title, severity });
      }
    }
  }
  return [...advisories.values()].sort((a, b) => a.id.localeCompare(b.id));
}

/**
 * A changelog has no score, so the severity is derived from the urgency of the upload. It is
 * deterministic and plausible, but differs from Debian's security tracker.
 */
export function severityOf(urgency: string): Severity {
  switch (urgency) {
    case 'critical':
    case 'emergency':
    case 'high':
      return 'HIGH';
    case 'low':
      return 'LOW';
    default:
      return 'MEDIUM';
  }
}

/** Returns every identifier in the text with the words after it. */
function namedVulnerabilities(text: string): readonly { id: string; title: string }[] {
  const oneLine = text.replace(/\s+/g, ' ');
  return [...oneLine.matchAll(/\bCVE-\d{4}-\d{4,7}\b/g)].map((match) => {
    const [id] = match;
    return { id, title: titleAfter(oneLine.slice(match.index + id.length)) || id };
  });
}

/** Maintainers write `CVE-… ("title")`, `CVE-…: title`, or nothing. */
function titleAfter(text: string): string {
  const quoted = /^\s*\("([^"]{1,300})"\)/.exec(text)?.[1];
  const described = /^:\s*([^*]{1,300})/.exec(text)?.[1];
  return (quoted ?? described?.split(/\. |\.$| \(|\bCVE-| [+-] /, 1)[0] ?? '')
    .trim()
    .replace(/[;,.]+$/, '');
}

function withoutSignature(entry: string): string {
  return entry.split(/^ -- /m, 1)[0] ?? entry;
}
