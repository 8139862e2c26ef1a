import type { RegistryHost } from '../image/reference.ts';
import { MAX_REPORT_BYTES } from '../job/job-result.ts';
import { publishedItsPatch } from '../pipeline/records/published-patch.ts';
import type { Target } from '../pipeline/records/target.ts';
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

/**
 * Reads the reports of a run's target. Undefined if the first is gone. Two operations a report, and one
 * or two for the run.
 */
export async function imageReport(
  history: Pick<History, 'blobs' | 'tables'>,
  target: Target,
): Promise<ImageReport | undefined> {
  const { blobs } = history;
  const before = await scanIn(blobs, target.reportBefore);
  if (before === undefined) return undefined;
  const after = publishedItsPatch(target) ? await scanIn(blobs, target.reportAfter) : undefined;
  const registry = (await runById(history, target.runId))?.registry;
  return { target, registry, before, after, findings: compared(before, after) };
}

async function scanIn(
  blobs: History['blobs'],
  name: string | undefined,
): Promise<Scan | undefined> {
  if (name === undefined) return undefined;
  const blob = await blobs.read(CONTAINERS.reports, name, MAX_REPORT_BYTES);
  const report = blob.found ? parseTrivyReport(blob.bytes) : undefined;
  return report?.ok === true ? scanOf(report.value) : undefined;
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
