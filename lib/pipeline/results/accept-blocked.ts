import type { BlockedPackage } from '../../job/blocked-package.ts';
import { fingerprint, fixable, type Scan } from '../../report/finding.ts';
import { attemptedFindings } from '../../report/remaining-findings.ts';
import { countsOf } from '../records/finding-counts.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { describeBlocked, fitForColumn } from '../targets/blocked-packages.ts';
import { finishTarget, handBack, isExhausted } from '../targets/change-target.ts';
import type { SourceImage } from '../targets/job-targets.ts';
import { withKeptReport } from './accepted-scans.ts';
import { earlierColumns } from './earlier-patch.ts';
import { recordPatch } from './record-findings.ts';

/** The columns of a target with a partial patch. */
export type PartialPatch = Required<Pick<Target, 'blocked' | 'fixedFingerprint'>>;

/**
 * Checks the packages that a group claims to have left out of a patch. Returns the targets that
 * still need the patch, or undefined if all have ended or were handed back.
 */
export async function acceptBlocked(
  services: Services,
  image: SourceImage,
  blocked: readonly BlockedPackage[],
): Promise<
  { readonly image: SourceImage; readonly partial: PartialPatch | undefined } | undefined
> {
  if (blocked.length === 0) return { image, partial: undefined };
  return withKeptReport(services, image.targets[0]?.reportBefore, ({ scan }, inTurn) =>
    acceptFor(inTurn, image, { blocked, before: scan }),
  );
}

async function acceptFor(
  services: Services,
  image: SourceImage,
  { blocked, before }: { readonly blocked: readonly BlockedPackage[]; readonly before: Scan },
): ReturnType<typeof acceptBlocked> {
  const attempted = attemptedFindings(fixable(before), blocked);
  const kept = fitForColumn(blocked);
  const detail = describeBlocked(blocked);
  if (kept === undefined || attempted.length === 0) {
    const why = kept === undefined ? 'more packages than a row can hold' : 'every package';
    const outcome = {
      state: 'failed',
      reason: 'result-invalid',
      detail: `the result excludes ${why} from the patch`,
    } as const;
    for (const target of image.targets) await handBack(services, target, { blame: true, outcome });
    return undefined;
  }

  const partial = { blocked: kept, fixedFingerprint: fingerprint(attempted) };
  const sourceDown = blocked.some(({ reason }) => reason === 'source-unreachable');
  const left: SourceImage['targets'][number][] = [];
  for (const target of image.targets) {
    const known = target.patches.find((patch) => patch.fingerprint === partial.fixedFingerprint);
    if (sourceDown && !isExhausted(target)) {
      const reason = 'package-source-unreachable';
      const outcome = { state: 'failed', reason, ...(detail !== undefined && { detail }) } as const;
      await handBack(services, target, { blame: true, outcome });
    } else if (known !== undefined) {
      // The same patch is already published.
      const outcome = { state: 'already-patched', detail: known.tag } as const;
      const patch = { patchTag: known.tag, patchDigest: known.digest };
      const remaining = before.findings.filter((finding) => !attempted.includes(finding));
      const earlier = earlierColumns(known, countsOf(remaining));
      const exposure = await recordPatch(services, target, {
        digest: known.digest,
        findings: remaining,
      });
      await finishTarget(services, target, outcome, {
        ...partial,
        ...patch,
        ...earlier,
        ...exposure,
      });
    } else {
      left.push(target);
    }
  }
  return left.length === 0 ? undefined : { image: { ...image, targets: left }, partial };
}
