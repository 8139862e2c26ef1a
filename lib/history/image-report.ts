import type { RegistryHost } from '../image/reference.ts';
import { publishedItsPatch } from '../pipeline/records/published-patch.ts';
import type { Target } from '../pipeline/records/target.ts';
import { type ReportServices, withReport } from '../pipeline/results/with-report.ts';
import { type Finding, type Scan, SEVERITIES, scanOf } from '../report/finding.ts';
import { parseTrivyReport } from '../report/trivy-report.ts';
import { CONTAINERS } from '../storage/blobs.ts';
import { runById } from './find-run.ts';
import type { History } from './history.ts';

/** What became of a finding: `fixed` by the patch, `open` with a fix, or without a fix yet. */
export type FindingStatus = 'fixed' | 'open' | 'no-fix';

export interface ReportedFinding extends Finding {
  readonly status: FindingStatus;
}

/** The findings of an image before and after its patch, by the two scans of one run. */
export interface ImageReport {
  readonly target: Target;
  /** The registry; undefined if the run’s row is of an earlier version. */
  readonly registry: RegistryHost | undefined;
  readonly before: Scan;
  /** Undefined if the run published no patch. */
  readonly after: Scan | undefined;
  /** The worst first. */
  readonly findings: readonly ReportedFinding[];
}

/** What reading reports needs: large ones are read one at a time, and none above `mostBytes`. */
export interface ReportSource extends ReportServices, Pick<History, 'tables'> {
  readonly mostBytes: number;
}

/**
 * Reads the reports of a run's target. `gone` if the first is gone, `too-large` if one is above the limit.
 * Two operations a report, or three if it is large, and one or two for the run.
 */
export function imageReport(
  source: ReportSource,
  target: Target,
): Promise<ImageReport | 'gone' | 'too-large'> {
  return withScan<ImageReport | 'gone' | 'too-large'>(
    source,
    target.reportBefore,
    async (before, inTurn) => {
      if (before === undefined) return 'gone';
      const second = publishedItsPatch(target) ? target.reportAfter : undefined;
      return withScan(inTurn, second, async (after) => {
        const registry = (await runById(source, target.runId))?.registry;
        return { target, registry, before, after, findings: compared(before, after) };
      });
    },
  );
}

async function withScan<Result>(
  source: ReportSource,
  name: string | undefined,
  use: (scan: Scan | undefined, inTurn: ReportSource) => Promise<Result>,
): Promise<Result | 'too-large'> {
  if (name === undefined) return use(undefined, source);
  return withReport(source, { container: CONTAINERS.reports, name }, async (blob, inTurn) => {
    if (blob.found && blob.bytes.byteLength > source.mostBytes) return 'too-large';
    const report = blob.found ? parseTrivyReport(blob.bytes) : undefined;
    return use(report?.ok === true ? scanOf(report.value) : undefined, inTurn);
  });
}

function compared(before: Scan, after: Scan | undefined): readonly ReportedFinding[] {
  const left = new Set((after ?? before).findings.map(keyOf));
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
  return before.findings
    .map((finding) => ({ ...finding, status: statusOf(finding, left) }))
    .sort((one, other) => rank(one) - rank(other));
}

function statusOf(finding: Finding, left: ReadonlySet<string>): FindingStatus {
  if (!left.has(keyOf(finding))) return 'fixed';
  return finding.fixed === undefined ? 'no-fix' : 'open';
}

function keyOf(finding: Finding): string {
  return JSON.stringify([finding.package, finding.id]);
}
