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

/** An image with more keeps the worst ones, those with a fix first. */
export const MAX_VULNERABILITIES = 3000;
const MAX_ID = 64;
const MAX_LIST = 200;

/** Groups findings by vulnerability, in a fixed order: the worst first, with a fix first. */
export function vulnerabilitiesOf(findings: readonly Finding[]): readonly Vulnerability[] {
  const groups = Map.groupBy(findings, ({ id }) => boundedId(id));
  return [...groups]
    .map(([id, own]) => describe(id, own))
    .sort(byImportance)
    .slice(0, MAX_VULNERABILITIES);
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
