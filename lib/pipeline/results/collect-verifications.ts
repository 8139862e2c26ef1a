import { inspectLayer } from '../../image/layer/inspect-layer.ts';
import type { Descriptor } from '../../image/manifest.ts';
import { formatPinned } from '../../image/reference.ts';
import { compareStructure } from '../../image/structure/compare-structure.ts';
import type { ScanJobResult } from '../../job/job-result.ts';
import { compareFindings } from '../../report/compare-findings.ts';
import { countBySeverity, fixable, type Scan } from '../../report/finding.ts';
import { remainingPackages } from '../../report/remaining-findings.ts';
import { readImage } from '../discovery/read-image.ts';
import type { HeldJob } from '../held-job.ts';
import type { Outcome } from '../records/reasons.ts';
import type { Services } from '../services.ts';
import { targetedFindings } from '../targets/blocked-packages.ts';
import { finishTarget, refuseClaim } from '../targets/change-target.ts';
import { bySource, ownTargets, pinnedOf, type SourceImage } from '../targets/job-targets.ts';
import { keepReport, readAcceptedScan } from './accepted-scans.ts';
import { readScan } from './collect-scans.ts';
import { sharedLog } from './container-log.ts';
import { madeNoProgress } from './made-no-progress.ts';

/** Accepts or rejects each staged patch by its registry content and a scan in another group. */
export async function collectVerifications(
  services: Services,
  held: HeldJob,
  result: ScanJobResult,
): Promise<void> {
  const noProgress = await madeNoProgress(services, held.job, result);
  const keepLog = sharedLog(services, held);
  for (const image of bySource(await ownTargets(services, held.job))) {
    const pinned = pinnedOf(held.job, image);
    const claim = result.images.find((one) => one.digest === pinned.digest);
    const scanned = await readScan(services, held, image, { claim, noProgress, keepLog });
    if (scanned === undefined) continue;
    const structure = await verifyStructure(services, image, pinned);
    const refused = structure.refused ?? (await verifyFindings(services, image, scanned.scan));
    if (refused !== undefined) {
      await endRefused(services, image, refused);
      continue;
    }
    held.assertHeld();
    const name = await keepReport(services, {
      runId: held.job.runId,
      repository: image.repository,
      digest: image.digest,
      when: 'after',
      bytes: scanned.bytes,
    });
    const { findings } = scanned.scan;
    const counts = countBySeverity(findings);
    for (const target of image.targets) {
      const remaining = remainingPackages(findings, target.blocked ?? []);
      await services.targets.move(target, 'publishing', {
        reportAfter: name,
        afterCritical: counts.critical,
        afterHigh: counts.high,
        afterMedium: counts.medium,
        afterLow: counts.low,
        afterUnknown: counts.unknown,
        afterFixable: fixable(scanned.scan).length,
        ...(remaining.length > 0 && { remaining }),
        verifiedAt: services.clock.now(),
        ...(structure.unowned !== undefined && { unownedPaths: structure.unowned }),
      });
    }
  }
}

/** Ends the targets of a refused patch. Those of a refused claim are patched instead. */
async function endRefused(services: Services, image: SourceImage, refused: Outcome): Promise<void> {
  for (const target of image.targets) {
    const gone = 'reason' in refused && refused.reason === 'source-changed';
    if (target.claimed === true && !gone) await refuseClaim(services, target);
    else await finishTarget(services, target, refused);
  }
}

async function verifyFindings(
  services: Services,
  image: SourceImage,
  after: Scan,
): Promise<Outcome | undefined> {
  const [first] = image.targets;
  if (first === undefined) return undefined;
  const before = await readAcceptedScan(services, first.reportBefore);
  const targeted = targetedFindings(first, before);
  const verdict = compareFindings({ before, after, targeted });
  if (verdict.accepted) return undefined;
  return { state: 'rejected', reason: verdict.reason, detail: verdict.detail };
}

interface StructureCheck {
  readonly refused?: Outcome;
  readonly unowned?: number;
}

/** Checks that the patch is the source plus a few layers, and that no added layer is suspicious. */
async function verifyStructure(
  services: Services,
  image: SourceImage,
  pinned: ReturnType<typeof pinnedOf>,
): Promise<StructureCheck> {
  const { registry } = services;
  const [staged, original] = await Promise.all([
    registry.manifest(pinned.repository, pinned.digest),
    registry.manifest(image.repository, image.digest),
  ]);
  if (original === undefined) return { refused: { state: 'skipped', reason: 'source-changed' } };
  if (staged === undefined) return { refused: { state: 'failed', reason: 'staging-missing' } };
  const [patched, source] = await Promise.all([
    readImage(registry, pinned.repository, staged),
    readImage(registry, image.repository, original),
  ]);
  if (patched === undefined || source === undefined) {
    return { refused: { state: 'rejected', reason: 'manifest-changed' } };
  }
  const sourceReference = formatPinned(registry.host, image);
  const verdict = compareStructure({ source, patched, sourceReference });
  if (verdict.accepted) {
    const diffIds = patched.config.rootfs.diff_ids?.slice(source.manifest.layers.length) ?? [];
    return verifyLayers(services, pinned, verdict.addedLayers, diffIds);
  }
  if (verdict.reason === 'nothing-added') {
    return { refused: { state: 'skipped', reason: 'no-op-patch', detail: verdict.detail } };
  }
  return { refused: { state: 'rejected', reason: verdict.reason, detail: verdict.detail } };
}

async function verifyLayers(
  services: Services,
  pinned: ReturnType<typeof pinnedOf>,
  layers: readonly Descriptor[],
  diffIds: readonly string[],
): Promise<StructureCheck> {
  let unowned: number | undefined = 0;
  for (const [at, layer] of layers.entries()) {
    const blob = await services.registry.openBlob(pinned.repository, layer.digest);
    if (blob === undefined) return { refused: { state: 'failed', reason: 'staging-missing' } };
    const inspection = await inspectLayer(blob);
    if (!inspection.ok) return { refused: suspicious(inspection.detail) };
    const { diffId, statusD, ownershipKnown, unownedSetuid } = inspection.summary;
    // Otherwise a runtime would unpack a layer that was not inspected.
    if (diffId !== diffIds[at]) return { refused: suspicious('a layer has a wrong diff id') };
    if (statusD) {
      // Without a package manager, Copa may change only the package database and not the files.
      const detail = 'the image has no package manager';
      return { refused: { state: 'skipped', reason: 'unsupported-os', detail } };
    }
    if (unownedSetuid.count > 0) {
      const paths = unownedSetuid.paths.slice(0, 3).join(', ');
      return { refused: suspicious(`setuid files that no updated package owns: ${paths}`) };
    }
    // A binary package database (rpm's) can't be read here, so ownership stays unknown.
    if (!ownershipKnown) unowned = undefined;
    else if (unowned !== undefined) unowned += inspection.summary.unowned.count;
  }
  return unowned === undefined ? {} : { unowned };
}

function suspicious(detail: string): Outcome {
  return { state: 'rejected', reason: 'layer-suspicious', detail };
}
