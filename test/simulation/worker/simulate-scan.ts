import { type Digest, sha256Hex } from '../../../lib/image/digest.ts';
import type { ScanJobFile } from '../../../lib/job/job-file.ts';
import { ScanFailure, type ScanImageResult } from '../../../lib/job/job-result.ts';
import { readManifest, type Work } from './worker-world.ts';

const SCAN_FAULTS = [
  'image-not-mentioned',
  'image-not-started',
  'scan-failed',
  'report-missing',
  'report-altered',
  'report-malformed',
  'secret-in-message',
  'secret-in-report',
] as const;

/** Scans each image according to its fault. */
export async function simulateScan(
  file: ScanJobFile,
  work: Work,
): Promise<readonly ScanImageResult[]> {
  const results: ScanImageResult[] = [];
  for (const image of file.images) {
    const one = await scanOne(image, file.database.digest, work);
    if (one !== undefined) results.push(one);
  }
  return results;
}

async function scanOne(
  image: ScanJobFile['images'][number],
  database: Digest,
  work: Work,
): Promise<ScanImageResult | undefined> {
  const { world, registry, end, secrets } = work;
  const { digest } = image;
  const failed = (failure: ScanFailure, message = `${failure} <b>\n=cmd()`) =>
    ({ digest, outcome: 'failed', failure, message }) as const;
  if (!world.database) return failed('database-unavailable');
  const fault = world.fault(SCAN_FAULTS);
  if (fault === 'image-not-mentioned') return undefined;
  if (fault === 'image-not-started') return { digest, outcome: 'not-started' };
  if (fault === 'scan-failed') return failed(world.pick(ScanFailure.options));
  if (fault === 'secret-in-message') return failed('tool-failed', `it failed with ${secrets}`);
  const manifest = await readManifest(registry, image.repository, digest);
  if (manifest === undefined) return failed('image-not-found');
  const layers = manifest.layers.map((layer) => layer.digest);
  const honest = world.truth.report(layers, database);
  const report = fault === 'secret-in-report' ? { ...honest, ArtifactName: secrets } : honest;
  const bytes = Buffer.from(
    fault === 'report-malformed' ? '{"SchemaVersion":' : JSON.stringify(report),
  );
  // The first start of a restarted container has left its own report.
  const altered = fault === 'report-altered' || end === 'restarted';
  const written = altered ? withoutFindings(report) : bytes;
  if (altered) world.truth.noteAltered(written);
  if (fault !== 'report-missing') await world.blobs.putThrough(image.reportUrl, written);
  const reportSha256 = sha256Hex(bytes);
  return { digest, outcome: 'scanned', reportSha256 };
}

/** A report without findings. A step that trusts it would call the image clean. */
function withoutFindings(report: Readonly<Record<string, unknown>>): Uint8Array {
  const results = Array.isArray(report.Results) ? report.Results : [];
  const clean = results.map((one) => ({ ...one, Vulnerabilities: [] }));
  return Buffer.from(`${JSON.stringify({ ...report, Results: clean })} `);
}
