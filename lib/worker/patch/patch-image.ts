import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PatchJobFile } from '../../job/job-file.ts';
import type { PatchFailure, PatchImageResult } from '../../job/job-result.ts';
import type { Builder } from '../builder/builder.ts';
import { nextImageTime } from '../context/image-time.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { errorMessage } from '../tools/failure-message.ts';
import { runTool } from '../tools/run-tool.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';
import { patchImage } from './copa-command.ts';
import { copaOutcome } from './copa-outcome.ts';
import { copaReport } from './copa-report.ts';
import { readStagedTag } from './staged-tag.ts';

type Image = PatchJobFile['images'][number];

interface Patch {
  readonly job: PatchJobFile;
  readonly image: Image;
  /** Its place in the job, from 0. */
  readonly index: number;
  readonly builder: Builder;
  readonly environment: ToolEnvironment;
  /** The registry's bearer token. */
  readonly token: string | undefined;
}

/** Patches one image into the staging repository. Whatever goes wrong is this image's result. */
export async function patchOneImage(
  context: WorkerContext,
  patch: Patch,
): Promise<PatchImageResult> {
  const { image } = patch;
  const reportFile = join(context.scratch, `findings-${patch.index}.json`);
  try {
    return await attempt(context, patch, reportFile);
  } catch (error) {
    return failed(image, 'tool-failed', errorMessage(error, context.secrets));
  } finally {
    await rm(reportFile, { force: true });
  }
}

async function attempt(
  context: WorkerContext,
  patch: Patch,
  reportFile: string,
): Promise<PatchImageResult> {
  const { job, image } = patch;
  if (nextImageTime(context, job) === undefined) return notStarted(image);
  const builder = await patch.builder.address();
  if (context.stop.aborted) return notStarted(image);
  if (!builder.ok) return failed(image, 'buildkit-unavailable', builder.message);

  const where = { registry: job.registry, repository: job.repository };
  await writeFile(reportFile, JSON.stringify(copaReport(image, where)));
  const before = await stagedTag(context, patch);
  const time = nextImageTime(context, job);
  if (time === undefined) return notStarted(image);

  const command = patchImage(job, image, {
    buildkitAddress: builder.address,
    tls: builder.tls,
    reportFile,
    seconds: time.seconds,
    environment: patch.environment,
  });
  const run = await runTool(context, command, time.seconds);
  const outcome = copaOutcome(run, before, await stagedTag(context, patch));
  switch (outcome.outcome) {
    case 'stopped':
      return notStarted(image);
    case 'failed':
      // Not the image's fault: those before it used up the time.
      if (outcome.failure === 'timeout' && time.cutShort && patch.index > 0) {
        return notStarted(image);
      }
      return failed(image, outcome.failure, outcome.message);
    case 'patched':
    case 'nothing-to-do':
      return { digest: image.digest, ...outcome };
  }
}

function stagedTag(context: WorkerContext, { job, image, token }: Patch) {
  return readStagedTag(context, {
    registry: job.registry,
    repository: job.staging,
    tag: image.stagingTag,
    token,
    ownCa: job.extraCa !== undefined,
  });
}

function notStarted(image: Image): PatchImageResult {
  return { digest: image.digest, outcome: 'not-started' };
}

function failed(image: Image, failure: PatchFailure, message: string): PatchImageResult {
  return { digest: image.digest, outcome: 'failed', failure, message };
}
