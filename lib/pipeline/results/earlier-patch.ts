import { type Finding, type Scan, scanOf } from '../../report/finding.ts';
import { findingsInPatch } from '../../report/findings-in-patch.ts';
import { parseTrivyReport } from '../../report/trivy-report.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { countsOf, type FindingCounts } from '../records/finding-counts.ts';
import type { InventoryImage } from '../records/inventory-image.ts';
import type { KnownPatch, Target } from '../records/target.ts';
import { keptReportName } from './accepted-scans.ts';
import { type ReportServices, withReport } from './with-report.ts';

/** An existing patch: the columns of a target, and its findings unless too little is known of it. */
export interface EarlierPatch {
  readonly columns: Partial<Target>;
  readonly findings?: readonly Finding[] | undefined;
}

/** Finds the findings of an existing patch by a new scan of its source. */
export async function earlierPatch(
  services: ReportServices,
  patch: KnownPatch | undefined,
  about: { readonly scan: Scan; readonly image: InventoryImage | undefined },
): Promise<EarlierPatch> {
  if (patch === undefined) return { columns: {} };
  const same = findingsInPatch(about.scan, patch);
  const findings = same ?? (await findingsByReports(services, patch, about));
  const counts = findings === undefined ? undefined : countsOf(findings);
  return { columns: earlierColumns(patch, counts), findings };
}

export function earlierColumns(
  { tag, digest }: Pick<KnownPatch, 'tag' | 'digest'>,
  counts: FindingCounts | undefined,
): Partial<Target> {
  if (counts === undefined) return { earlierTag: tag, earlierDigest: digest };
  return {
    earlierTag: tag,
    earlierDigest: digest,
    earlierCritical: counts.critical,
    earlierHigh: counts.high,
    earlierMedium: counts.medium,
    earlierLow: counts.low,
    earlierUnknown: counts.unknown,
    earlierFixable: counts.fixable,
  };
}

/** By the kept reports of the run that made the patch. Undefined if it is not the newest one. */
async function findingsByReports(
  services: ReportServices,
  patch: KnownPatch,
  { scan, image }: { readonly scan: Scan; readonly image: InventoryImage | undefined },
): Promise<readonly Finding[] | undefined> {
  if (image?.newestRun === undefined || image.newestPatch !== patch.digest) return undefined;
  const { repository, digest, newestRun: runId } = image;
  const of = { runId, repository, digest };
  return withScan(services, keptReportName({ ...of, when: 'before' }), (before, inTurn) =>
    withScan(inTurn, keptReportName({ ...of, when: 'after' }), async (after) =>
      findingsInPatch(scan, { ...patch, scans: { before, after } }),
    ),
  );
}

/** Returns undefined if the report is gone: somebody may have deleted old ones. */
function withScan<Result>(
  services: ReportServices,
  name: string,
  use: (scan: Scan, inTurn: ReportServices) => Promise<Result | undefined>,
): Promise<Result | undefined> {
  const report = { container: CONTAINERS.reports, name };
  return withReport(services, report, async (blob, inTurn) => {
    const parsed = blob.found ? parseTrivyReport(blob.bytes) : undefined;
    return parsed?.ok ? use(scanOf(parsed.value), inTurn) : undefined;
  });
}
