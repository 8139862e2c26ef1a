import { sha256Hex } from '../../image/digest.ts';
import { type Scan, scanOf } from '../../report/finding.ts';
import { packageFiles, type ReportedPackage } from '../../report/package-files.ts';
import { parseTrivyReport } from '../../report/trivy-report.ts';
import type { Result } from '../../result.ts';
import { type BlobContent, CONTAINERS } from '../../storage/blobs.ts';
import { maskCredentialShapes } from '../../text/credential-shapes.ts';
import { type Job, reportBlobOf } from '../records/job.ts';
import type { Services } from '../services.ts';
import { type ReportServices, withReport } from './with-report.ts';

/** What the app needs of a report. The parsed report takes more memory and is not kept. */
export interface AcceptedReport {
  readonly scan: Scan;
  readonly packages: ReadonlyMap<string, ReportedPackage>;
  readonly bytes: Uint8Array;
}

/**
 * Reads a report that a group claims to have written, and checks its checksum and schema. `use` gets
 * it in its turn, and services for that turn.
 */
export async function withClaimedReport<Own extends ReportServices, Used>(
  services: Own,
  about: {
    readonly job: Job;
    readonly claim: { readonly digest: string; readonly reportSha256: string };
  },
  use: (report: Result<AcceptedReport>, inTurn: Own) => Promise<Used>,
): Promise<Used> {
  const { job, claim } = about;
  const blob = { container: CONTAINERS.results, name: reportBlobOf(job, claim.digest) };
  return withReport(services, blob, (read, inTurn) => use(acceptReport(read, claim), inTurn));
}

function acceptReport(
  blob: BlobContent,
  claim: { readonly reportSha256: string },
): Result<AcceptedReport> {
  if (!blob.found) return { ok: false, fault: `the report is ${blob.why}` };
  if (sha256Hex(blob.bytes) !== claim.reportSha256) {
    return { ok: false, fault: 'the report does not match the checksum in the result' };
  }
  return reportIn(blob.bytes);
}

function reportIn(bytes: Uint8Array): Result<AcceptedReport> {
  const parsed = parseTrivyReport(bytes);
  if (!parsed.ok) return parsed;
  const { value: report } = parsed;
  return { ok: true, value: { scan: scanOf(report), packages: packageFiles(report), bytes } };
}

/** Stores an accepted report for the run. Returns the blob's name for the target. */
export async function keepReport(
  services: Pick<Services, 'blobs'>,
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

/** The blob of a report that was accepted before. Without a name, no blob has this one. */
export function keptReport(name: string | undefined) {
  return { container: CONTAINERS.reports, name: name ?? '' };
}

/**
 * Reads a report that was accepted before. `use` gets it in its turn, and services for that turn.
 * Throws if the report is gone or does not parse.
 */
export async function withKeptReport<Own extends ReportServices, Used>(
  services: Own,
  name: string | undefined,
  use: (report: AcceptedReport, inTurn: Own) => Promise<Used>,
): Promise<Used> {
  const blob = keptReport(name);
  return withReport(services, blob, (read, inTurn) => {
    if (!read.found) throw new Error(`an accepted report is ${read.why}`);
    const report = reportIn(read.bytes);
    if (!report.ok) throw new Error(`an accepted report does not parse: ${report.fault}`);
    return use(report.value, inTurn);
  });
}
