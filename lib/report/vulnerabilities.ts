import { sha256Hex } from '../image/digest.ts';
import { plainText } from '../text/plain-text.ts';
import { type Finding, SEVERITIES, type Severity } from './finding.ts';

/** One vulnerability of an image, over all of its packages. Its texts are bounded and plain. */
export interface Vulnerability {
  /** The CVE, or the distribution's own id. */
  readonly id: string;
  /** The worst of its findings. */
  readonly severity: Severity;
  /** Names, installed versions and fixed versions, each a list with commas. */
  readonly packages: string;
  readonly installed: string;
  /** Empty if no package has a fix. */
  readonly fixedVersion: string;
}

/** Longer than the ids of all advisories that Trivy reads. */
const MAX_ID = 40;
const MAX_LIST = 200;

/**
 * Groups findings by vulnerability, in a fixed order: the worst first, with a fix first. The list is
 * whole, so that what it lacks is known to be absent.
 */
export function vulnerabilitiesOf(findings: readonly Finding[]): readonly Vulnerability[] {
  const groups = Map.groupBy(findings, ({ id }) => boundedId(id));
  return [...groups].map(([id, own]) => describe(id, own)).sort(byImportance);
}

/** An id that is too long keeps its beginning, and a hash tells it apart from others. */
function boundedId(id: string): string {
  const plain = plainText(id, 1000);
  if (plain.length <= MAX_ID && plain !== '') return plain;
  const hash = sha256Hex(id).slice(0, 16);
  return `${plainText(plain, MAX_ID - hash.length - 2)}-${hash}`;
}

function describe(id: string, findings: readonly Finding[]): Vulnerability {
  const ranks = findings.map(({ severity }) => SEVERITIES.indexOf(severity));
  return {
    id,
    severity: SEVERITIES[Math.min(...ranks)] ?? 'unknown',
    packages: listed(findings.map((finding) => finding.package)),
    installed: listed(findings.map(({ installed }) => installed)),
    fixedVersion: listed(findings.flatMap(({ fixed }) => fixed ?? [])),
  };
}

function listed(texts: readonly string[]): string {
  const distinct = [...new Set(texts.map((text) => plainText(text, MAX_LIST)))];
  return plainText(distinct.filter(Boolean).sort().join(', '), MAX_LIST);
}

function byImportance(a: Vulnerability, b: Vulnerability): number {
  const ranks = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  if (ranks !== 0) return ranks;
  const fixes = Number(a.fixedVersion === '') - Number(b.fixedVersion === '');
  if (fixes !== 0) return fixes;
  return a.id < b.id ? -1 : 1;
}
