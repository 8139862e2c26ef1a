import type { Digest } from '../image/digest.ts';
import type { Finding, Severity } from './finding.ts';

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/ 3.27.10; the scores are the lowest of each CVSS rating. */
const LEVELS: Readonly<Record<Severity, { readonly level: string; readonly score: string }>> = {
  critical: { level: 'error', score: '9.0' },
  high: { level: 'error', score: '7.0' },
  medium: { level: 'warning', score: '4.0' },
  low: { level: 'note', score: '0.1' },
  unknown: { level: 'none', score: '0.0' },
};

/** A SARIF 2.1.0 document with an image's open findings. Equal options give equal text. */
export function sarif(options: {
  readonly image: string;
  readonly digest: Digest | undefined;
  readonly findings: readonly Finding[];
  readonly version: string;
}): string {
  const { image, digest, findings, version } = options;
  const rules = [...new Map(findings.map((finding) => [finding.id, finding])).values()];
  const uri = digest === undefined ? image : `${image}@${digest}`;
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Patchwright',
            version,
            rules: rules.map(({ id, severity }) => ({
              id,
              properties: { 'security-severity': LEVELS[severity].score },
            })),
          },
        },
        results: findings.map((finding) => ({
          ruleId: finding.id,
          level: LEVELS[finding.severity].level,
          message: { text: messageOf(finding) },
          locations: [{ physicalLocation: { artifactLocation: { uri } } }],
        })),
      },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function messageOf({ package: name, installed, fixed }: Finding): string {
  const fix = fixed === undefined ? 'no fix is available' : `fixed in ${fixed}`;
  return `${name} ${installed}: ${fix}`;
}
