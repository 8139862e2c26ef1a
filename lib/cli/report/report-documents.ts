import manifest from '../../../package.json' with { type: 'json' };
import type { ImageReport } from '../../history/image-report.ts';
import { targetView } from '../../history/target-view.ts';
import { RegistryHost } from '../../image/reference.ts';
import { withoutFindingsIn } from '../../report/compare-findings.ts';
import { fixable } from '../../report/finding.ts';
import { openVex } from '../../report/openvex.ts';
import { sarif } from '../../report/sarif.ts';
import { sbom } from '../../report/sbom.ts';

export const REPORT_FORMATS = ['json', 'sarif', 'cyclonedx', 'openvex'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** For a run of an earlier version, whose row does not name the registry. */
const UNNAMED_HOST = RegistryHost.parse('registry.invalid');
const AUTHOR = 'Patchwright';

/** The document of a report, which ends with a line break. */
export function documentOf(format: ReportFormat, report: ImageReport): string {
  const { target, registry = UNNAMED_HOST, before, after, findings } = report;
  const { repository, patchDigest, sourceDigest, digest: own } = target;
  const scan = after ?? before;
  const digest = after === undefined ? (sourceDigest ?? own) : (patchDigest ?? own);
  const image = { host: registry, repository };
  const timestamp = (target.verifiedAt ?? target.scannedAt ?? target.discoveredAt).toISOString();
  switch (format) {
    case 'json': {
      const document = { version: 1, command: 'report', target: targetView(target), findings };
      return `${JSON.stringify(document, null, 2)}\n`;
    }
    case 'sarif':
      return sarif({
        image: `${repository}:${after === undefined ? target.tag : (target.patchTag ?? target.tag)}`,
        digest,
        findings: scan.findings,
        version: manifest.version,
      });
    case 'cyclonedx':
      return digest === undefined
        ? ''
        : text(sbom({ image, digest, scan, timestamp, author: AUTHOR }));
    case 'openvex': {
      if (digest === undefined) return '';
      const fixed = after === undefined ? [] : withoutFindingsIn(fixable(before), after);
      const id = `https://openvex.dev/docs/${repository}/${digest.replace(':', '-')}`;
      const { packages } = scan;
      return text(openVex({ image, digest, fixed, packages, timestamp, author: AUTHOR, id }));
    }
    default:
      return format satisfies never;
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
