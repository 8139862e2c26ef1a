import { MAX_REPORT_BYTES } from '../../job/job-result.ts';
import type { BlobContent, Blobs, ContainerName } from '../../storage/blobs.ts';
import type { Services } from '../services.ts';

/** A parsed report can take 25 times its bytes, and the host runs a dozen steps at once. */
export const SMALL_REPORT_BYTES = 2 * 1024 * 1024;

export interface ReportServices extends Pick<Services, 'largeReports'> {
  readonly blobs: Pick<Blobs, 'read'>;
}

/** True if the report is too large to be held beside others. */
export async function isLargeReport(
  { blobs }: Pick<Services, 'blobs'>,
  { container, name }: { readonly container: ContainerName; readonly name: string },
): Promise<boolean> {
  const small = await blobs.read(container, name, SMALL_REPORT_BYTES);
  return !small.found && small.why !== 'absent';
}

/**
 * Reads a report for `use`, which gets services that read further reports in the same turn. Large
 * reports wait for their turn. Nothing of one may be kept after `use`, except its bytes in the turn of
 * `largeUploads`: together they would take the process's memory.
 */
export async function withReport<Own extends ReportServices, Result>(
  services: Own,
  { container, name }: { readonly container: ContainerName; readonly name: string },
  use: (blob: BlobContent, inTurn: Own) => Promise<Result>,
): Promise<Result> {
  const { blobs, largeReports } = services;
  const small = await blobs.read(container, name, SMALL_REPORT_BYTES);
  if (small.found || small.why === 'absent') return use(small, services);
  return largeReports(async () => {
    const blob = await blobs.read(container, name, MAX_REPORT_BYTES);
    return use(blob, { ...services, largeReports: (work) => work() });
  });
}
