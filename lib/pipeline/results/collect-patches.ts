import type { BlockedPackage } from '../../job/blocked-package.ts';
import type { BuilderKind } from '../../job/builder-report.ts';
import type { PatchFailure, PatchJobResult } from '../../job/job-result.ts';
import type { HeldJob } from '../held-job.ts';
import { type BuilderFault, builderFaultOf } from '../records/builder-fault.ts';
import { containerOf } from '../records/container-names.ts';
import type { Outcome } from '../records/reasons.ts';
import type { Services } from '../services.ts';
import { describeBlocked } from '../targets/blocked-packages.ts';
import { finishTarget } from '../targets/change-target.ts';
import type { SourceImage } from '../targets/job-targets.ts';
import { acceptBlocked } from './accept-blocked.ts';
import { handBackAll } from './collect-scans.ts';
import { keepContainerLog } from './container-log.ts';
import { nameHiddenFixes } from './hidden-fixes.ts';
import { type StageRefusal, stagePatch } from './stage-patch.ts';

/** Annotates the patch that a container claims to have staged, or ends its targets or hands them back. */
export async function collectPatch(
  services: Services,
  held: HeldJob,
  image: SourceImage,
  {
    result,
    readUntil,
  }: {
    readonly result: PatchJobResult;
    /** The image's own settings of apt are read no longer. */
    readonly readUntil: Date;
  },
): Promise<void> {
  const named = (blocked: readonly BlockedPackage[] = []) =>
    nameHiddenFixes(services, image, blocked, readUntil);
  const claim = result.images.find((one) => one.digest === image.digest);
  const keepLog = () => keepContainerLog(services, held, containerOf(image));
  switch (claim?.outcome) {
    case undefined: {
      const detail = 'the result does not mention the image';
      const log = await keepLog();
      const outcome = { state: 'failed', reason: 'result-invalid', detail, log } as const;
      await handBackAll(services, image, { blame: true, outcome });
      break;
    }
    case 'not-started': {
      // It was alone in its container, so no other image used up the time.
      const detail = 'its container had no time left for the image';
      const log = await keepLog();
      const outcome = { state: 'failed', reason: 'timeout', detail, log } as const;
      await handBackAll(services, image, { blame: true, outcome });
      break;
    }
    case 'nothing-to-do':
      await endNoOp(services, image, await named(claim.blocked));
      break;
    case 'failed': {
      const fault = faultOf(services, held, result);
      if (fault !== undefined) await endWithoutBuilder(services, held, image, fault);
      else {
        const { builder } = result;
        await afterFailure(services, image, { ...claim, builder, log: await keepLog() });
      }
      break;
    }
    case 'patched': {
      const accepted = await acceptBlocked(services, image, await named(claim.blocked));
      if (accepted === undefined) break;
      const { partial } = accepted;
      const refused = await stagePatch(services, {
        held,
        image: accepted.image,
        claimed: claim.staged,
        partial,
        result,
      });
      if (refused !== undefined) await endRefused(services, image, refused);
      break;
    }
    default:
      claim satisfies never;
  }
}

async function endRefused(
  services: Services,
  image: SourceImage,
  { outcome, again }: StageRefusal,
): Promise<void> {
  if (again) await handBackAll(services, image, { blame: true, outcome });
  else await endPatch(services, image, outcome);
}

/** Ends targets whose patch changes nothing, for example if all packages are blocked. */
async function endNoOp(
  services: Services,
  image: SourceImage,
  blocked: readonly BlockedPackage[],
): Promise<void> {
  const detail = describeBlocked(blocked);
  const outcome = { state: 'skipped', reason: 'no-op-patch' } as const;
  await endPatch(services, image, detail === undefined ? outcome : { ...outcome, detail });
}

/**
 * Returns why no builder can work in this kind of group, as the container claims. Undefined if
 * another container of the group has reported a builder, which contradicts the claim.
 */
function faultOf(
  { options }: Services,
  { job }: HeldJob,
  result: PatchJobResult,
): BuilderFault | undefined {
  const { kind } = options.builder;
  const probes = kind === 'standard' || kind === 'confidential';
  return probes && job.builder === undefined
    ? builderFaultOf(kind, result.refusals ?? [])
    : undefined;
}

async function endWithoutBuilder(
  services: Services,
  held: HeldJob,
  image: SourceImage,
  fault: BuilderFault,
): Promise<void> {
  // Persisted first: the next tick must know of it even if this step crashes.
  await held.save(fault);
  await endPatch(services, image, {
    state: 'failed',
    reason: 'no-builder',
    detail: fault.builderDetail,
  });
}

async function afterFailure(
  services: Services,
  image: SourceImage,
  claim: {
    readonly failure: PatchFailure;
    readonly message: string;
    readonly builder: BuilderKind | undefined;
    readonly log: string | undefined;
  },
): Promise<void> {
  const { failure, message: detail, builder, log } = claim;
  switch (failure) {
    case 'unsupported-os':
    case 'end-of-life':
    case 'builder-incompatible':
      return endPatch(services, image, { state: 'skipped', reason: failure, detail, log });
    case 'step-crashed':
      return endPatch(services, image, afterCrash(services, { detail, log }));
    case 'needs-proc':
    case 'package-manager-failed':
    case 'package-source-gone':
    case 'package-source-untrusted':
    case 'tooling-image-not-found':
    case 'image-not-found':
      return endPatch(services, image, { state: 'failed', reason: failure, detail, log });
    case 'builder-unavailable':
      return handBackAll(services, image, {
        blame: true,
        outcome: { state: 'failed', reason: failure, detail, log },
        changes: { builder },
      });
    case 'image-too-large':
    case 'package-source-unreachable':
    case 'unauthorized':
    case 'timeout':
    case 'tool-failed':
      return handBackAll(services, image, {
        blame: true,
        outcome: { state: 'failed', reason: failure, detail, log },
      });
    default:
      return failure satisfies never;
  }
}

/** Images of Ubuntu 22.04's age crash in Confidential groups; elsewhere it is the package's own fault. */
function afterCrash(
  { options }: Services,
  said: { readonly detail: string; readonly log: string | undefined },
): Outcome {
  return options.builder.kind === 'confidential'
    ? { state: 'skipped', reason: 'builder-incompatible', ...said }
    : { state: 'failed', reason: 'package-manager-failed', ...said };
}

/** Ends every target of an image. */
async function endPatch(services: Services, image: SourceImage, outcome: Outcome): Promise<void> {
  for (const target of image.targets) await finishTarget(services, target, outcome);
}
