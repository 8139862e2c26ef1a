import type { ScanImageResult, ScanJobResult } from '../../job/job-result.ts';
import { hasAdvisories } from '../../report/advisory-platforms.ts';
import { coverageOf } from '../../report/coverage.ts';
import { countBySeverity, fingerprint, fixable, type Scan } from '../../report/finding.ts';
import { databaseFault } from '../database-fault.ts';
import type { HeldJob } from '../held-job.ts';
import { rememberedPatches } from '../inventory/known-patches.ts';
import { builderFaultIn } from '../records/builder-fault.ts';
import type { FailReason } from '../records/reasons.ts';
import type { Run } from '../records/run.ts';
import type { KnownPatch, Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import type { TargetChanges } from '../stores/target-store.ts';
import { finishTarget, type HandBack, handBack, NO_BUILDER } from '../targets/change-target.ts';
import { bySource, ownTargets, type SourceImage } from '../targets/job-targets.ts';
import { type AcceptedReport, keepReport, withClaimedReport } from './accepted-scans.ts';
import { type Assessment, assess } from './assess.ts';
import { sharedLog } from './container-log.ts';
import { earlierPatch } from './earlier-patch.ts';
import { madeNoProgress } from './made-no-progress.ts';
import { blockingClaim } from './older-claim.ts';
import { recordScan } from './record-findings.ts';
import { type HolderOf, holders, unlessHeldElsewhere } from './unless-held-elsewhere.ts';

/** Assesses each image of a scan job by its report. */
export async function collectScans(
  services: Services,
  held: HeldJob,
  result: ScanJobResult,
): Promise<void> {
  const run = await services.runs.find(held.job.runId);
  if (run === undefined) throw new Error('the run of this job does not exist');
  const noProgress = await madeNoProgress(services, held.job, result);
  const noBuilder = whyNoBuilder(services, run);
  const keepLog = sharedLog(services, held);
  const holderOf = holders(services, held);
  for (const image of bySource(await ownTargets(services, held.job))) {
    const claim = result.images.find((one) => one.digest === image.digest);
    const said = { claim, noProgress, keepLog };
    await withScan(services, held, image, said, async (scanned, inTurn) => {
      held.assertHeld();
      const name = await keepReport(inTurn, {
        runId: run.id,
        repository: image.repository,
        digest: image.digest,
        when: 'before',
        bytes: scanned.bytes,
      });
      const { dryRun, retry = false } = run;
      const { advisoryPlatforms, tools } = result;
      const facts = { scan: scanned.scan, name, dryRun, retry, advisoryPlatforms, noBuilder };
      await decide(inTurn, image, {
        ...facts,
        holderOf,
        trivy: tools.trivy,
        databaseTime: run.databaseTime,
        databaseFault: databaseFault(run, services.options, services.clock.now()),
      });
    });
  }
}

/** Returns why nothing can be patched; undefined if a builder works, or if that is not known yet. */
function whyNoBuilder({ options }: Services, run: Run): string | undefined {
  if (options.builder.kind === 'none') return NO_BUILDER;
  return builderFaultIn(run)?.builderDetail;
}

async function decide(
  services: Services,
  image: SourceImage,
  facts: {
    readonly scan: Scan;
    readonly name: string;
    readonly dryRun: boolean;
    readonly retry: boolean;
    readonly advisoryPlatforms: readonly string[];
    readonly noBuilder: string | undefined;
    readonly holderOf: HolderOf;
    readonly trivy: string | undefined;
    readonly databaseFault: string | undefined;
    readonly databaseTime: Date | undefined;
  },
): Promise<void> {
  const { scan } = facts;
  // Otherwise a failure of this run would count as one more in a row.
  if (facts.retry && !facts.dryRun) await services.inventory.endBackOff(image);
  const known = await services.inventory.findImage(image);
  // Includes patches that another run has published since the discovery.
  const remembered =
    fixable(scan).length === 0 && !image.targets.some(isEarlierUnread)
      ? []
      : await rememberedPatches(services, image.repository, image.digest);
  const patches = image.targets.flatMap((target) => target.patches);
  const claims = image.targets.flatMap((target) => target.claims ?? []);
  // All targets of an image verify the same claim.
  const blocking = image.targets.map(blockingClaim).find((one) => one !== undefined);
  for (const target of image.targets) {
    const own = target.patches;
    const wanted = assess({
      ...facts,
      patches: own,
      siblingPatches: [...patches, ...remembered].filter(
        (patch) => !own.some((mine) => mine.digest === patch.digest),
      ),
      claims,
      blocking: blockingClaim(target)?.digest === blocking?.digest ? blocking : undefined,
      tagFault: target.tagFault,
      tagDetail: target.detail,
      image: known,
      tools: services.options.patchWorkerImage.reference,
      now: services.clock.now(),
    });
    const assessment = await unlessHeldElsewhere(target, wanted, facts.holderOf);
    const counted = hasCounts(scan, facts.advisoryPlatforms, assessment);
    const newest = counted ? newestOf(assessment, target, remembered) : undefined;
    const earlier = await earlierPatch(services, newest, { scan, image: known });
    const scannedAt = services.clock.now();
    const exposure = await recordScan(services, target, {
      at: scannedAt,
      scan: counted ? scan : undefined,
      patch: newest,
      patchFindings: earlier.findings,
    });
    const changes = {
      reportBefore: facts.name,
      scannedAt,
      ...(facts.databaseTime !== undefined && { databaseTime: facts.databaseTime }),
      ...findingsBefore(scan, facts.advisoryPlatforms, assessment),
      ...earlier.columns,
      ...exposure,
      ...(scan.os !== undefined && { osFamily: scan.os.family, osName: scan.os.name }),
    };
    await proceed(services, target, { scan, assessment, changes });
  }
}

/** Moves a target on, or ends it, as its assessment says. */
async function proceed(
  services: Services,
  target: Stored<Target>,
  facts: {
    readonly scan: Scan;
    readonly assessment: Assessment;
    readonly changes: TargetChanges;
  },
): Promise<void> {
  const { scan, assessment, changes } = facts;
  switch (assessment.next) {
    case 'end': {
      const { known } = assessment;
      const partial = known !== undefined && known.fingerprint !== fingerprint(fixable(scan));
      const patch = known === undefined ? {} : { patchTag: known.tag, patchDigest: known.digest };
      await finishTarget(services, target, assessment.outcome, {
        ...changes,
        ...patch,
        ...(partial && { fixedFingerprint: known.fingerprint }),
      });
      return;
    }
    case 'patch':
      await services.targets.move(target, 'patching', {
        movedAt: services.clock.now(),
        ...changes,
        fingerprint: assessment.fingerprint,
      });
      return;
    case 'verify':
      await services.targets.move(target, 'verifying', {
        movedAt: services.clock.now(),
        ...changes,
        fingerprint: assessment.fingerprint,
        stagedRepository: target.repository,
        staged: assessment.patch.digest,
        ...(assessment.claimed && { claimed: true }),
      });
      return;
    default:
      assessment satisfies never;
  }
}

function findingsBefore(
  scan: Scan,
  advisoryPlatforms: readonly string[],
  assessment: Assessment,
): Partial<Target> {
  if (scan.os === undefined || !hasAdvisories(scan.os, advisoryPlatforms)) return {};
  const { covered: packagesCovered, uncovered: packagesUncovered } = coverageOf(scan);
  const coverage = { packagesCovered, packagesUncovered };
  if (!hasCounts(scan, advisoryPlatforms, assessment)) return coverage;
  const counts = countBySeverity(scan.findings);
  return {
    ...coverage,
    beforeCritical: counts.critical,
    beforeHigh: counts.high,
    beforeMedium: counts.medium,
    beforeLow: counts.low,
    beforeUnknown: counts.unknown,
    beforeFixable: fixable(scan).length,
  };
}

/** Zero findings prove nothing without advisories for the packages, or with old ones only. */
const UNKNOWN: ReadonlySet<Target['reason']> = new Set(['no-advisory-data', 'database-too-old']);

function hasCounts(
  { os }: Scan,
  advisoryPlatforms: readonly string[],
  assessment: Assessment,
): boolean {
  const outcome = assessment.next === 'end' ? assessment.outcome : undefined;
  if (outcome !== undefined && 'reason' in outcome && UNKNOWN.has(outcome.reason)) return false;
  return os !== undefined && hasAdvisories(os, advisoryPlatforms);
}

/** The patch that the target ends with, else the newest one under its tags. */
function newestOf(
  assessment: Assessment,
  { patches, earlierTag: tag, earlierDigest: digest }: Target,
  remembered: readonly Omit<KnownPatch, 'tag'>[],
): KnownPatch | undefined {
  const known = assessment.next === 'end' ? assessment.known : undefined;
  const earlier = remembered.find((patch) => patch.digest === digest);
  return (
    known ?? (earlier === undefined || tag === undefined ? patches.at(-1) : { ...earlier, tag })
  );
}

/** True if discovery found a newer patch than those that need nothing more. */
function isEarlierUnread({ patches, earlierDigest }: Target): boolean {
  return earlierDigest !== undefined && patches.every(({ digest }) => digest !== earlierDigest);
}

/** Gives the accepted report to `use` in its turn, or hands back the image's targets. */
export async function withScan(
  services: Services,
  held: HeldJob,
  image: SourceImage,
  result: {
    readonly claim: ScanImageResult | undefined;
    /** True if the attempt started none of its images, so that it counts as lost. */
    readonly noProgress: boolean;
    /** Keeps the group's log, for an image that failed. */
    readonly keepLog: () => Promise<string | undefined>;
  },
  use: (scanned: AcceptedReport, inTurn: Services) => Promise<void>,
): Promise<void> {
  const { claim, noProgress, keepLog } = result;
  if (claim === undefined) {
    const detail = 'the result does not mention the image';
    const log = await keepLog();
    const outcome = { state: 'failed', reason: 'result-invalid', detail, log } as const;
    await handBackAll(services, image, { blame: true, outcome });
    return;
  }
  switch (claim.outcome) {
    case 'not-started': {
      const detail = 'no attempt had time left for the image';
      const log = await keepLog();
      const outcome = { state: 'failed', reason: 'timeout', detail, log } as const;
      await handBackAll(services, image, { blame: noProgress, outcome });
      return;
    }
    case 'failed': {
      const reason = FAILURES[claim.failure];
      const log = await keepLog();
      const outcome = { state: 'failed', reason, detail: claim.message, log } as const;
      await handBackAll(services, image, { blame: true, outcome });
      return;
    }
    case 'scanned':
      return withClaimedReport(services, { job: held.job, claim }, async (report, inTurn) => {
        if (report.ok) return use(report.value, inTurn);
        const reason = 'report-invalid';
        const outcome = {
          state: 'failed',
          reason,
          detail: report.fault,
          log: await keepLog(),
        } as const;
        await handBackAll(services, image, { blame: true, outcome });
      });
    default:
      return claim satisfies never;
  }
}

const FAILURES = {
  'image-not-found': 'image-not-found',
  unauthorized: 'unauthorized',
  'image-too-large': 'image-too-large',
  'database-unavailable': 'database-unavailable',
  'out-of-memory': 'out-of-memory',
  'report-too-large': 'report-invalid',
  timeout: 'timeout',
  'tool-failed': 'tool-failed',
} as const satisfies Record<string, FailReason>;

/** Hands all targets of an image back to the tick. Those without attempts left end. */
export async function handBackAll(
  services: Services,
  image: { readonly targets: readonly Stored<Target>[] },
  why: HandBack,
): Promise<void> {
  for (const target of image.targets) await handBack(services, target, why);
}
