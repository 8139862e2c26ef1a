import type { BuilderKind, BuilderRefusal } from '../../lib/job/builder-report.ts';
import type { PatchJobFile } from '../../lib/job/job-file.ts';
import type { PatchImageResult } from '../../lib/job/job-result.ts';
import { type Builder, ownBuilder, remoteBuilder } from '../builder/builder.ts';
import { chooseBuilder } from '../builder/choose-builder.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';
import { failedImage, patchOneImage } from './patch-image.ts';

interface Options {
  readonly environment: ToolEnvironment;
  readonly token: string | undefined;
  readonly jobFolder: string;
}

export interface PatchWork {
  readonly images: readonly PatchImageResult[];
  /** What ran the build steps; absent if nothing could. */
  readonly builder?: BuilderKind;
  /** Why no builder can work in this container. */
  readonly refusals?: readonly BuilderRefusal[];
}

/** Chooses a builder, and patches the job's images in sequence. A failure affects only its own image. */
export async function patchJob(
  context: WorkerContext,
  job: PatchJobFile,
  options: Options,
): Promise<PatchWork> {
  if (job.buildkitAddress !== undefined) {
    const remote = remoteBuilder(job.buildkitAddress, options.jobFolder);
    return { builder: 'remote', images: await patchImages(context, job, options, remote) };
  }
  const { environment } = options;
  const choice = await chooseBuilder(context, environment);
  if (!choice.ok) {
    const { message, refusals } = choice;
    const images = job.images.map((image) => failedImage(image, 'builder-unavailable', message));
    return { images, refusals };
  }
  const { kind } = choice;
  const own = ownBuilder(context, { job, environment, kind });
  return { builder: kind, images: await patchImages(context, job, options, own) };
}

async function patchImages(
  context: WorkerContext,
  job: PatchJobFile,
  options: Options,
  builder: Builder,
): Promise<readonly PatchImageResult[]> {
  const images: PatchImageResult[] = [];
  try {
    for (const [index, image] of job.images.entries()) {
      const result = await patchOneImage(context, { ...options, job, image, index, builder });
      context.log.info('An image is done.', { digest: image.digest, outcome: result.outcome });
      images.push(result);
    }
  } finally {
    await builder.close();
  }
  return images;
}
