import type { Digest } from '../../image/digest.ts';
import type { Finding, Scan } from '../../report/finding.ts';
import { scanOf } from '../../report/finding.ts';
import { parseTrivyReport } from '../../report/trivy-report.ts';
import { vulnerabilitiesOf } from '../../report/vulnerabilities.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { withExamination, withPublication } from '../records/examine-tag.ts';
import type { KnownPatch, Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { withReport } from './with-report.ts';

/**
 * Records the vulnerabilities of a target by the scan of its source. Comes before the target moves on, so
 * that a step after a crash repeats it.
 */
export async function recordScan(
  services: Services,
  target: Target,
  found: {
    readonly at: Date;
    /** Undefined if the scan tells nothing about the number of findings. */
    readonly scan: Scan | undefined;
    readonly patch: Pick<KnownPatch, 'digest'> | undefined;
    /** Undefined if too little is known of the patch. */
    readonly patchFindings: readonly Finding[] | undefined;
  },
): Promise<void> {
  const { repository, tag, runId, digest, sourceDigest, discoveredAt: patchSeenAt } = target;
  if (!services.options.findings || tag === '*') return;
  if (digest === undefined || sourceDigest === undefined) return;
  const { at, scan, patch, patchFindings } = found;
  const ofPatch = patchFindings && vulnerabilitiesOf(patchFindings);
  const exam = { runId, at, digest, sourceDigest, patchSeenAt };
  if (target.isPatch === true) {
    // The scan was one of the patch's source.
    const source = patch?.digest === digest ? ofPatch : undefined;
    await services.findings.change({ repository, tag }, (known) =>
      withExamination(known, { ...exam, source, patch: undefined }),
    );
    return;
  }
  const source = scan && vulnerabilitiesOf(scan.findings);
  const newest = patch && { digest: patch.digest, findings: ofPatch };
  await services.findings.change({ repository, tag }, (known) =>
    withExamination(known, { ...exam, source, patch: newest }),
  );
}

/** Records what a published patch of a target still has. Comes before the target ends. */
export async function recordPatch(
  services: Services,
  target: Target,
  patch: { readonly digest: Digest; readonly findings: readonly Finding[] },
): Promise<void> {
  const { repository, tag, runId, sourceDigest } = target;
  if (!services.options.findings || tag === '*' || sourceDigest === undefined) return;
  const { digest } = patch;
  const at = services.clock.now();
  const published = { digest, findings: vulnerabilitiesOf(patch.findings) };
  await services.findings.change({ repository, tag }, (known) =>
    withPublication(known, { runId, at, sourceDigest, patch: published }),
  );
}

/** The same by the kept report of the verification. Without it, the next scan records the patch. */
export async function recordPublished(
  services: Services,
  target: Target,
  digest: Digest,
): Promise<void> {
  const { reportAfter: name, runId } = target;
  if (!services.options.findings || name === undefined) return;
  const blob = { container: CONTAINERS.reports, name };
  await withReport(services, blob, async (read, inTurn) => {
    const parsed = read.found ? parseTrivyReport(read.bytes) : undefined;
    if (parsed?.ok !== true) {
      services.log.warn('report of a patch is gone', { runId, detail: name });
      return;
    }
    await recordPatch(inTurn, target, { digest, findings: scanOf(parsed.value).findings });
  });
}
