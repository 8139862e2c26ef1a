import type { History } from '../history/history.ts';
import { sha256Hex } from '../image/digest.ts';
import { publishedItsPatch } from '../pipeline/records/published-patch.ts';
import type { Run } from '../pipeline/records/run.ts';
import type { Target } from '../pipeline/records/target.ts';
import { targetedFindings } from '../pipeline/targets/blocked-packages.ts';
import { type Scan, scanOf } from '../report/finding.ts';
import { openVex } from '../report/openvex.ts';
import { parseTrivyReport } from '../report/trivy-report.ts';
import { CONTAINERS } from '../storage/blobs.ts';
import { type EvidencePart, missing } from './evidence-part.ts';

interface Subject {
  readonly target: Target;
  readonly run: Pick<Run, 'registry'>;
  /** Reports and patches of the run that the bundle has: several tags of one image share them. */
  readonly told: Set<string>;
  readonly mostReportBytes: number;
}

/** The reports of an image, and the OpenVEX document of its patch, as it was attached. */
export async function* reportEvidence(
  history: Pick<History, 'blobs'>,
  subject: Subject,
): AsyncGenerator<EvidencePart> {
  const { target, told } = subject;
  const { reportBefore, reportAfter } = target;
  const needsVex = publishedItsPatch(target) && !told.has(patchKey(target));
  const scans: (Scan | undefined)[] = [];
  for (const name of [reportBefore, reportAfter]) {
    if (name === undefined || (told.has(name) && !needsVex)) continue;
    const report = await reportIn(history, name, subject.mostReportBytes);
    if (!told.has(name)) yield report;
    told.add(name);
    scans.push(needsVex && report.kind === 'file' ? scanIn(report.bytes) : undefined);
  }
  if (needsVex) {
    told.add(patchKey(target));
    yield vexOf(subject, scans);
  }
}

async function reportIn(
  { blobs }: Pick<History, 'blobs'>,
  name: string,
  mostBytes: number,
): Promise<EvidencePart> {
  const what = `report ${name}`;
  if (!/^[\w/.-]+$/.test(name) || name.includes('..')) return missing(what, 'its name is no path');
  const blob = await blobs.read(CONTAINERS.reports, name, mostBytes);
  if (blob.found) return { kind: 'file', path: `reports/${name}`, bytes: blob.bytes };
  const why = blob.why === 'absent' ? 'its blob is gone' : `it is larger than ${mostBytes} bytes`;
  return missing(what, why);
}

/** Source of its fields: `attachReferrers`, so that it has the bytes of the referrer in the registry. */
function vexOf(
  { target, run: { registry: host } }: Subject,
  [before, after]: readonly (Scan | undefined)[],
): EvidencePart {
  const { runId, repository, patchDigest: digest } = target;
  const what = `OpenVEX of ${repository}@${digest ?? ''}`;
  if (before === undefined || after === undefined) return missing(what, 'it needs both reports');
  if (host === undefined || digest === undefined) {
    return missing(what, 'the row of its run does not name the registry');
  }
  const bytes = openVex({
    image: { host, repository },
    digest,
    fixed: targetedFindings(target, before),
    packages: after.packages,
    timestamp: (target.verifiedAt ?? target.discoveredAt).toISOString(),
    author: 'Patchwright',
    id: `https://${host}/${repository}@${digest}#openvex`,
  });
  const name = `${sha256Hex(repository).slice(0, 8)}-${digest.replace(':', '-')}`;
  // Two runs that publish one patch attach a document each.
  return { kind: 'file', path: `vex/${runId}/${name}.json`, bytes };
}

function scanIn(bytes: Uint8Array): Scan | undefined {
  const report = parseTrivyReport(bytes);
  return report.ok ? scanOf(report.value) : undefined;
}

function patchKey({ repository, patchDigest }: Target): string {
  return `${repository}@${patchDigest ?? ''}`;
}
