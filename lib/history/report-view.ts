import * as z from 'zod';
import { SEVERITIES } from '../report/finding.ts';
import type { ImageReport } from './image-report.ts';
import { Text, Time } from './view.ts';

const ReportedFinding = z.object({
  id: z.string(),
  package: z.string(),
  installed: z.string(),
  /** The version that fixes it. */
  fixed: Text,
  severity: z.enum(SEVERITIES),
  /** `fixed` by the patch, `open` with a fix, or without a fix yet. */
  status: z.enum(['fixed', 'open', 'no-fix']),
});

/** The findings of an image before and after its patch, by the two scans of one run. */
export const ReportView = z
  .object({
    image: z.string(),
    runId: z.string(),
    scannedAt: Time,
    /** Null if that run published no patch: nothing is `fixed` then. */
    patchTag: Text,
    /** The worst first. */
    findings: z.array(ReportedFinding),
    /** Findings that are left out, since there are too many. */
    more: z.number().int().nonnegative(),
  })
  .meta({ id: 'Report' });
export type ReportView = z.infer<typeof ReportView>;

const MOST_FINDINGS = 2000;

export function reportView({ target, after, findings }: ImageReport): ReportView {
  return {
    image: `${target.repository}:${target.tag}`,
    runId: target.runId,
    scannedAt: target.scannedAt?.toISOString() ?? null,
    patchTag: after === undefined ? null : (target.patchTag ?? null),
    findings: findings.slice(0, MOST_FINDINGS).map((finding) => ({
      id: finding.id,
      package: finding.package,
      installed: finding.installed,
      fixed: finding.fixed ?? null,
      severity: finding.severity,
      status: finding.status,
    })),
    more: Math.max(0, findings.length - MOST_FINDINGS),
  };
}
