import { sha256Hex } from '../../../../lib/image/digest.ts';
import { type Job, reportBlobOf } from '../../../../lib/pipeline/records/job.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import type { UnitWorld } from '../unit-world.ts';

/** A report as a blob has it: JSON, or any other text. */
export function reportBytes(report: unknown): Buffer {
  return Buffer.from(typeof report === 'string' ? report : JSON.stringify(report));
}

/** Writes the report of an image as a worker does. Returns the checksum for the result. */
export async function writeReport(
  { blobs }: UnitWorld,
  job: Job,
  digest: string,
  report: unknown,
): Promise<string> {
  const bytes = reportBytes(report);
  await blobs.create(CONTAINERS.results, reportBlobOf(job, digest), bytes, 'application/json');
  return sha256Hex(bytes);
}

/** Stores a report that was accepted before, under this name. */
export async function storeReport(
  { blobs }: Pick<UnitWorld, 'blobs'>,
  name: string,
  report: unknown,
): Promise<void> {
  await blobs.create(CONTAINERS.reports, name, reportBytes(report), 'application/json');
}
