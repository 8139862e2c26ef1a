import { formatPinned, type PinnedImage } from '../../image/reference.ts';
import { compareStructure } from '../../image/structure/compare-structure.ts';
import { configFault, manifestFault } from '../../image/unsupported-image.ts';
import type { ScanJobResult } from '../../job/job-result.ts';
import { compareFindings, withoutFindingsIn } from '../../report/compare-findings.ts';
import { countBySeverity, fixable } from '../../report/finding.ts';
import { remainingPackages } from '../../report/remaining-findings.ts';
import { plainText } from '../../text/plain-text.ts';
import { truncate } from '../../text/truncate.ts';
import { readImage } from '../discovery/read-image.ts';
import type { HeldJob } from '../held-job.ts';
import type { Outcome } from '../records/reasons.ts';
import { type Services, secondsAfter } from '../services.ts';
import type { TargetChanges } from '../stores/target-store.ts';
import { targetedFindings } from '../targets/blocked-packages.ts';
import { adoptClaim, finishTarget, refuseClaim } from '../targets/change-target.ts';
import { bySource, ownTargets, pinnedOf, type SourceImage } from '../targets/job-targets.ts';
import { type AcceptedReport, keepReport, withKeptReport } from './accepted-scans.ts';
import { handBackAll, withScan } from './collect-scans.ts';
import { sharedLog } from './container-log.ts';
import { madeNoProgress } from './made-no-progress.ts';
import { olderClaim } from './older-claim.ts';
import {
  judgePatch,
  type LayersCheck,
  type PatchedLayers,
  type PatchReading,
  type ReadPatch,
  type ReadTimes,
  readPatch,
} from './verify-layers.ts';

/** Reading the layers of many large images takes longer than a step has. The next step continues. */
const STEP_SECONDS = 240;
/**
 * Of a step, after which it reads no further in the layers that a patch adds. An image whose layers
 * are not read by then is left for the next step; the first of a step loses an attempt.
 */
const ADDED_SECONDS = 300;
/**
 * Of a step, after which it reads no further in a source's layers. The owners that were not read are
 * unknown, so the patch may be refused for that alone; a function may take ten minutes.
 */
const READING_SECONDS = 400;
/** An image with a larger source gets a step of its own: a function may take ten minutes. */
const LARGE_SOURCE_BYTES = 1024 * 1024 * 1024;
/** Characters of a list of files in a row. */
const MAX_FILES_TEXT = 1000;

/**
 * Accepts or rejects each staged patch by its registry content and a scan in another group. Returns
 * false if images are left for the next step.
 */
export async function collectVerifications(
  services: Services,
  held: HeldJob,
  result: ScanJobResult,
): Promise<boolean> {
  const begun = services.clock.now();
  const until = secondsAfter(begun, STEP_SECONDS);
  const readUntil = {
    added: secondsAfter(begun, ADDED_SECONDS),
    source: secondsAfter(begun, READING_SECONDS),
  };
  const noProgress = await madeNoProgress(services, held.job, result);
  const keepLog = sharedLog(services, held);
  for (const [at, image] of bySource(await ownTargets(services, held.job)).entries()) {
    if (services.clock.now() >= until || (at > 0 && isLarge(image))) return false;
    const pinned = pinnedOf(held.job, image);
    const claim = result.images.find((one) => one.digest === pinned.digest);
    // The layers come first: reading them takes minutes, and nobody may wait for a report so long.
    const isScanned = claim?.outcome === 'scanned';
    const read = isScanned ? await readLayers(services, image, { pinned, readUntil }) : NO_SCAN;
    if (read.refused !== undefined) {
      await endRefused(services, image, read.refused);
      continue;
    }
    if (read.late === true) {
      if (at > 0) return false;
      await handBackAll(services, image, { blame: true, outcome: LATE });
      continue;
    }
    // The next step begins with it, and so has all of its time for the image's layers.
    if (
      at > 0 &&
      read.patch?.source.complete === false &&
      services.clock.now() >= readUntil.source
    ) {
      return false;
    }
    const said = { claim, noProgress, keepLog };
    await withScan(services, held, image, said, (scanned, inTurn) =>
      decide(inTurn, held, image, { patch: read.patch, scanned }),
    );
  }
  return true;
}

function isLarge({ targets }: SourceImage): boolean {
  return targets.some(({ sourceBytes = 0 }) => sourceBytes > LARGE_SOURCE_BYTES);
}

/** Publishes next what is accepted, and ends what is not. */
async function decide(
  services: Services,
  held: HeldJob,
  image: SourceImage,
  given: { readonly patch: ReadPatch | undefined; readonly scanned: AcceptedReport },
): Promise<void> {
  const { scanned } = given;
  const checked = await checkPatch(services, image, given);
  const regained = regainedColumns(checked);
  const refused = checked.refused ?? setuidRefused(image, checked);
  if (refused !== undefined) {
    await endRefused(services, image, refused, regained);
    return;
  }
  held.assertHeld();
  const older = olderClaim(image.targets);
  if (older !== undefined) {
    for (const target of image.targets) await adoptClaim(services, target, older);
    return;
  }
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
      movedAt: services.clock.now(),
      reportAfter: name,
      afterCritical: counts.critical,
      afterHigh: counts.high,
      afterMedium: counts.medium,
      afterLow: counts.low,
      afterUnknown: counts.unknown,
      afterFixable: fixable(scanned.scan).length,
      ...(remaining.length > 0 && { remaining }),
      verifiedAt: services.clock.now(),
      ...(checked.unowned !== undefined && { unownedPaths: checked.unowned }),
      ...regained,
    });
  }
}

/** Without a number if it is not known. */
function regainedColumns({ regained = [], maybeRegained = [] }: LayersCheck): TargetChanges {
  const regainedFiles = truncate(regained.join(', '), MAX_FILES_TEXT);
  return {
    ...(maybeRegained.length === 0 && { regainedPaths: regained.length }),
    ...(regained.length > 0 && { regainedFiles }),
  };
}

/** The rule is one of the repository, so that it is the same for all targets of an image. */
function setuidRefused(
  { targets }: SourceImage,
  { regained = [], maybeRegained = [] }: LayersCheck,
): Outcome | undefined {
  const paths = [...regained, ...maybeRegained];
  if (targets[0]?.refusesSetuid !== true || paths.length === 0) return undefined;
  const names = truncate(paths.join(', '), MAX_FILES_TEXT);
  const detail =
    maybeRegained.length === 0
      ? `the update gives setuid back to ${names}; the policy refuses this`
      : `the update may give setuid back to ${names}: the image's layers were not read to their end; the policy refuses this`;
  return { state: 'rejected', reason: 'setuid-regained', detail };
}

/** Ends the targets of a refused patch. Those of a refused claim are patched instead. */
async function endRefused(
  services: Services,
  image: SourceImage,
  refused: Outcome,
  columns: TargetChanges = {},
): Promise<void> {
  for (const target of image.targets) {
    const gone = 'reason' in refused && refused.reason === 'source-changed';
    if (target.claimed === true && !gone) await refuseClaim(services, target);
    else await finishTarget(services, target, refused, columns);
  }
}

const LATE: Outcome = {
  state: 'failed',
  reason: 'timeout',
  detail: `the layers of the patch could not be read within ${ADDED_SECONDS} seconds`,
};

const NO_SCAN = { refused: undefined, late: undefined, patch: undefined } as const;

async function readLayers(
  services: Services,
  image: SourceImage,
  { pinned, readUntil }: { readonly pinned: PinnedImage; readonly readUntil: ReadTimes },
): Promise<PatchReading> {
  const structure = await verifyStructure(services, image, pinned);
  if (structure.refused !== undefined) return structure;
  return readPatch(services, structure.layers, readUntil);
}

/** Compares the scans of the source and of the patch, and judges its layers by both. */
async function checkPatch(
  services: Services,
  image: SourceImage,
  { patch, scanned }: { readonly patch: ReadPatch | undefined; readonly scanned: AcceptedReport },
): Promise<LayersCheck> {
  if (patch === undefined) throw new Error('the layers of a scanned patch were not read');
  const [first] = image.targets;
  return withKeptReport(services, first?.reportBefore, async (before) => {
    const after = scanned.scan;
    const wanted = first === undefined ? [] : targetedFindings(first, before.scan);
    const isOlder = olderClaim(image.targets) !== undefined;
    const targeted = isOlder ? withoutFindingsIn(wanted, after) : wanted;
    if (isOlder && targeted.length === 0) {
      return { refused: { state: 'rejected', reason: 'not-fixed', detail: 'no finding is gone' } };
    }
    const verdict = compareFindings({ before: before.scan, after, targeted });
    if (!verdict.accepted) {
      return { refused: { state: 'rejected', reason: verdict.reason, detail: verdict.detail } };
    }
    const { fixed } = verdict;
    return judgePatch(patch, { before: before.packages, after: scanned.packages, fixed });
  });
}

type StructureCheck =
  | { readonly refused: Outcome }
  | { readonly refused?: undefined; readonly layers: PatchedLayers };

/** Checks that the patch is the source plus a few layers, and that nothing else differs. */
async function verifyStructure(
  services: Services,
  image: SourceImage,
  pinned: PinnedImage,
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
  const ambiguous = readAsAnother(staged.bytes, patched.configBytes);
  if (ambiguous !== undefined) return { refused: ambiguous };
  const sourceReference = formatPinned(registry.host, image);
  const verdict = compareStructure({ source, patched, sourceReference });
  if (verdict.accepted) {
    const diffIds = patched.config.rootfs.diff_ids?.slice(source.manifest.layers.length) ?? [];
    const { addedLayers: added } = verdict;
    return { layers: { pinned, source: source.manifest.layers, added, diffIds } };
  }
  if (verdict.reason === 'nothing-added') {
    return { refused: { state: 'skipped', reason: 'no-op-patch', detail: verdict.detail } };
  }
  return { refused: { state: 'rejected', reason: verdict.reason, detail: verdict.detail } };
}

/**
 * Refuses a patch that a runtime reads in another way than the comparison did, as with a name twice.
 * The app writes its own patches again before this; anybody can push an image that claims to be one.
 */
function readAsAnother(manifest: Uint8Array, config: Uint8Array): Outcome | undefined {
  const ofManifest = manifestFault(manifest);
  if (ofManifest !== undefined) {
    return { state: 'rejected', reason: 'manifest-changed', detail: plainText(ofManifest, 200) };
  }
  const ofConfig = configFault(config);
  if (ofConfig === undefined) return undefined;
  return { state: 'rejected', reason: 'config-changed', detail: plainText(ofConfig, 200) };
}
