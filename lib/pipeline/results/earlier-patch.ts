import { MAX_REPORT_BYTES } from '../../job/job-result.ts';
import type { Scan } from '../../report/finding.ts';
import { scanOf } from '../../report/finding.ts';
import { findingsInPatch, type MadePatch } from '../../report/findings-in-patch.ts';
import { parseTrivyReport } from '../../report/trivy-report.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { countsOf, type FindingCounts } from '../records/finding-counts.ts';
import type { InventoryImage } from '../records/inventory-image.ts';
import type { KnownPatch, Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { keptReportName } from './accepted-scans.ts';

/**
 * Counts the findings of an existing patch by a new scan of its source. Returns the columns of a
 * target, without numbers if too little is known of the patch.
 */
export async function earlierPatch(
  services: Pick<Services, 'blobs'>,
  patch: KnownPatch | undefined,
  about: { readonly scan: Scan; readonly image: InventoryImage | undefined },
): Promise<Partial<Target>> {
  if (patch === undefined) return {};
  const same = findingsInPatch(about.scan, patch);
  const scans = same === undefined ? await scansOf(services, patch, about.image) : undefined;
  const findings = same ?? findingsInPatch(about.scan, { ...patch, scans });
  const counts = findings === undefined ? undefined : countsOf(findings);
  return earlierColumns(patch, counts);
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

/** The kept reports of the run that made the patch. Undefined if it is not the newest one. */
async function scansOf(
  services: Pick<Services, 'blobs'>,
  patch: KnownPatch,
  image: InventoryImage | undefined,
): Promise<MadePatch['scans']> {
  if (image?.newestRun === undefined || image.newestPatch !== patch.digest) return undefined;
  const { repository, digest, newestRun: runId } = image;
  const before = await readScan(
    services,
    keptReportName({ runId, repository, digest, when: 'before' }),
  );
  if (before === undefined) return undefined;
  const after = await readScan(
    services,
    keptReportName({ runId, repository, digest, when: 'after' }),
  );
  return after === undefined ? undefined : { before, after };
}

/** Somebody may have deleted old reports. */
async function readScan(
  services: Pick<Services, 'blobs'>,
  name: string,
): Promise<Scan | undefined> {
  const blob = await services.blobs.read(CONTAINERS.reports, name, MAX_REPORT_BYTES);
  if (!blob.found) return undefined;
  const parsed = parseTrivyReport(blob.bytes);
  return parsed.ok ? scanOf(parsed.value) : undefined;
}
