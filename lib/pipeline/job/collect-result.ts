import type { JobResult, ScanJobResult } from '../../job/job-result.ts';
import type { Result } from '../../result.ts';
import type { HeldJob } from '../held-job.ts';
import { containerOf, ONLY_CONTAINER } from '../records/container-names.ts';
import { collectPatch } from '../results/collect-patches.ts';
import { collectScans } from '../results/collect-scans.ts';
import { collectVerifications } from '../results/collect-verifications.ts';
import { describeTools } from '../results/describe-tools.ts';
import { type Services, secondsAfter } from '../services.ts';
import { bySource, ownTargets, type SourceImage } from '../targets/job-targets.ts';
import { clearJob } from './clear-job.ts';
import { loseImage, loseJob } from './lose-job.ts';
import { readResult } from './read-result.ts';
import type { StepEnd } from './step-end.ts';

/** Of a step with patches, after which it reads no layers of sources: a function may take ten minutes. */
const READING_SECONDS = 120;

/**
 * Collects the results that exist. Returns undefined if the job waits for more. A repetition after a
 * crash skips decided targets, because they no longer name the job.
 */
export function collectIfThere(services: Services, held: HeldJob): Promise<StepEnd | undefined> {
  return held.job.kind === 'patch' ? collectPatches(services, held) : collectOne(services, held);
}

/** Collects each image's result as soon as its container has written it. */
async function collectPatches(services: Services, held: HeldJob): Promise<StepEnd | undefined> {
  const written: { readonly image: SourceImage; readonly read: Result<JobResult> }[] = [];
  for (const image of bySource(await ownTargets(services, held.job))) {
    const read = await readResult(services, held.job, containerOf(image));
    if (read !== undefined) written.push({ image, read });
  }
  await noteBuilder(
    held,
    written.map(({ read }) => read),
  );
  const readUntil = secondsAfter(services.clock.now(), READING_SECONDS);
  for (const { image, read } of written) {
    if (read.ok && read.value.kind === 'patch') {
      await collectPatch(services, held, image, { result: read.value, readUntil });
    } else {
      const detail = read.ok ? 'the result is for another kind of job' : read.fault;
      await loseImage(services, held, image, { reason: 'result-invalid', detail });
    }
  }
  return endIfDone(services, held);
}

/** Persists that a builder works, before any image is decided: its result is not read again. */
async function noteBuilder(held: HeldJob, written: readonly Result<JobResult>[]): Promise<void> {
  if (held.job.builder !== undefined) return;
  for (const read of written) {
    if (!read.ok || read.value.kind !== 'patch') continue;
    const { builder, tools } = read.value;
    if (builder !== undefined) return held.save({ builder, tools: describeTools(tools) });
  }
}

/** Ends the job once no target is left in it. */
export async function endIfDone(services: Services, held: HeldJob): Promise<StepEnd | undefined> {
  if ((await ownTargets(services, held.job)).length > 0) return undefined;
  await clearJob(services, held);
  return { changes: { state: 'done', finishedAt: services.clock.now() }, delaySeconds: 0 };
}

/** Decides each target of a scan or verify job by the group's one result, then clears up. */
async function collectOne(services: Services, held: HeldJob): Promise<StepEnd | undefined> {
  const read = await readResult(services, held.job, ONLY_CONTAINER);
  if (read === undefined) return undefined;
  if (!read.ok || read.value.kind !== 'scan') {
    const detail = read.ok ? 'the result is for another kind of job' : read.fault;
    return loseJob(services, held, { reason: 'result-invalid', detail });
  }
  if (!(await decideTargets(services, held, read.value))) return { changes: {}, delaySeconds: 0 };
  await clearJob(services, held);
  const tools = describeTools(read.value.tools);
  return { changes: { state: 'done', tools, finishedAt: services.clock.now() }, delaySeconds: 0 };
}

/** Returns false if targets are left for the next step. */
async function decideTargets(
  services: Services,
  held: HeldJob,
  result: ScanJobResult,
): Promise<boolean> {
  if (held.job.kind === 'verify') return collectVerifications(services, held, result);
  await collectScans(services, held, result);
  return true;
}
