import { sha256Hex } from '../../image/digest.ts';
import { MAX_REPORT_BYTES } from '../../job/job-result.ts';
import { type Scan, scanOf } from '../../report/finding.ts';
import { parseTrivyReport, type TrivyReport } from '../../report/trivy-report.ts';
import type { Result } from '../../result.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { maskCredentialShapes } from '../../text/credential-shapes.ts';
import { type Job, reportBlobOf } from '../records/job.ts';
import type { Services } from '../services.ts';

export interface AcceptedReport {
  readonly report: TrivyReport;
  readonly scan: Scan;
  readonly bytes: Uint8Array;
}

/** Reads a report that a group claims to have written, and checks its checksum and schema. */
export async function readClaimedReport(
  services: Services,
  job: Job,
  claim: { readonly digest: string; readonly reportSha256: string },
): Promise<Result<AcceptedReport>> {
  const name = reportBlobOf(job, claim.digest);
  const blob = await services.blobs.read(CONTAINERS.results, name, MAX_REPORT_BYTES);
  if (!blob.found) return { ok: false, fault: `the report is ${blob.why}` };
  if (sha256Hex(blob.bytes) !== claim.reportSha256) {
    return { ok: false, fault: 'the report does not match the checksum in the result' };
  }
  const parsed = parseTrivyReport(blob.bytes);
  if (!parsed.ok) return parsed;
  const report = parsed.value;
  return { ok: true, value: { report, scan: scanOf(report), bytes: blob.bytes } };
}

/** Stores an accepted report for the run. Returns the blob's name for the target. */
export async function keepReport(
  services: Services,
  options: {
    readonly runId: string;
    readonly repository: string;
    readonly digest: string;
    readonly when: 'before' | 'after';
    readonly bytes: Uint8Array;
  },
): Promise<string> {
  const name = keptReportName(options);
  const bytes = withoutCredentials(options.bytes);
  await services.blobs.create(CONTAINERS.reports, name, bytes, 'application/json');
  return name;
}

/** The blob of an accepted report. It follows from the run and the source. */
export function keptReportName(report: {
  readonly runId: string;
  readonly repository: string;
  readonly digest: string;
  readonly when: 'before' | 'after';
}): string {
  const image = `${report.repository}/${report.digest.replace(':', '-')}`;
  return `${report.runId}/${image}/${report.when}.json`;
}

/** Masks credentials: an image's history and config may leak some, and a group may insert some. */
function withoutCredentials(report: Uint8Array): Uint8Array {
  const text = Buffer.from(report).toString('utf8');
  const masked = maskCredentialShapes(text);
  return masked === text ? report : Buffer.from(masked);
}

export async function readKeptReport(
  services: Services,
  name: string | undefined,
): Promise<Uint8Array> {
  const blob = await services.blobs.read(CONTAINERS.reports, name ?? '', MAX_REPORT_BYTES);
  if (!blob.found) throw new Error(`an accepted report is ${blob.why}`);
  return blob.bytes;
}

export async function readAcceptedScan(
  services: Services,
  name: string | undefined,
): Promise<Scan> {
  return scanIn(await readKeptReport(services, name));
}

export async function readAcceptedReport(
  services: Services,
  name: string | undefined,
): Promise<TrivyReport> {
  return reportIn(await readKeptReport(services, name));
}

/** The scan in the bytes of a kept report. */
export function scanIn(report: Uint8Array): Scan {
  return scanOf(reportIn(report));
}

/** Parses the bytes of an accepted report. */
function reportIn(report: Uint8Array): TrivyReport {
  const parsed = parseTrivyReport(report);
  if (!parsed.ok) throw new Error(`an accepted report does not parse: ${parsed.fault}`);
  return parsed.value;
}
