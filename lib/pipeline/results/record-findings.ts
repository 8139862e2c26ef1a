import type { Digest } from '../../image/digest.ts';
import type { Finding, Scan } from '../../report/finding.ts';
import { scanOf } from '../../report/finding.ts';
import { parseTrivyReport } from '../../report/trivy-report.ts';
import { vulnerabilitiesOf } from '../../report/vulnerabilities.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import {
  isGoneSince,
  patchedBy,
  withExamination,
  withPublication,
} from '../records/examine-tag.ts';
import { exposureOf } from '../records/exposure.ts';
import { missedBy, textOf, withMissed } from '../records/missed-targets.ts';
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
): Promise<Partial<Target>> {
  const { repository, tag, runId, digest, sourceDigest, discoveredAt: patchSeenAt } = target;
  if (!services.options.findings || tag === '*') return {};
  if (digest === undefined || sourceDigest === undefined) return {};
  const { at, scan, patch, patchFindings } = found;
  const ofPatch = patchFindings && vulnerabilitiesOf(patchFindings);
  const exam = { runId, at, digest, sourceDigest, patchSeenAt };
  const { targetDays: targets } = services.options;
  const isPatch = target.isPatch === true;
  const named = {
    // The scan was one of the patch's source.
    source: isPatch
      ? patch?.digest === digest
        ? ofPatch
        : undefined
      : scan && vulnerabilitiesOf(scan.findings),
    patch: isPatch ? undefined : patch && { digest: patch.digest, findings: ofPatch },
  };
  const index = await services.findings.change({ repository, tag }, (known) =>
    withMissed(known, withExamination(known, { ...exam, ...named }), { runId, at, targets }),
  );
  if (named.source === undefined || index === undefined) return {};
  if (isGoneSince(index, patchSeenAt)) return {};
  return { ...exposureOf(index, at), missed: textOf(missedBy(index, runId)) };
}

/** Records what a published patch of a target still has. Comes before the target ends. */
export async function recordPatch(
  services: Services,
  target: Target,
  patch: { readonly digest: Digest; readonly findings: readonly Finding[] },
): Promise<Partial<Target>> {
  const { repository, tag, runId, sourceDigest } = target;
  if (!services.options.findings || tag === '*' || sourceDigest === undefined) return {};
  const { digest } = patch;
  const at = services.clock.now();
  const published = { digest, findings: vulnerabilitiesOf(patch.findings) };
  const index = await services.findings.change({ repository, tag }, (known) =>
    withMissed(known, withPublication(known, { runId, at, sourceDigest, patch: published }), {
      ...{ runId, at, targets: services.options.targetDays },
    }),
  );
  // Another image of this tag was examined since.
  if (index?.patchDigest !== digest) return {};
  const patchDays = patchedBy(index, runId);
  return {
    ...exposureOf(index, at),
    missed: textOf(missedBy(index, runId)),
    ...(patchDays !== undefined && { patchDays }),
  };
}

/** The same by the kept report of the verification. Without it, the next scan records the patch. */
export async function recordPublished(
  services: Services,
  target: Target,
  digest: Digest,
): Promise<Partial<Target>> {
  const { reportAfter: name, runId } = target;
  if (!services.options.findings || name === undefined) return {};
  const blob = { container: CONTAINERS.reports, name };
  return withReport(services, blob, async (read, inTurn) => {
    const parsed = read.found ? parseTrivyReport(read.bytes) : undefined;
    if (parsed?.ok !== true) {
      services.log.warn('report of a patch is gone', { runId, detail: name });
      return {};
    }
    return recordPatch(inTurn, target, { digest, findings: scanOf(parsed.value).findings });
  });
}
