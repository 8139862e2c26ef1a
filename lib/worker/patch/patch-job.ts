import type { PatchJobFile } from '../../job/job-file.ts';
import type { PatchImageResult } from '../../job/job-result.ts';
import { ownBuilder, remoteBuilder } from '../builder/builder.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';
import { patchOneImage } from './patch-image.ts';

/** Patches the job's images in sequence. A failure affects only its own image. */
export async function patchJob(
  context: WorkerContext,
  job: PatchJobFile,
  options: {
    readonly environment: ToolEnvironment;
    readonly token: string | undefined;
    readonly jobFolder: string;
  },
): Promise<readonly PatchImageResult[]> {
  const builder =
    job.buildkitAddress === undefined
      ? ownBuilder(context, job, options.environment)
      : remoteBuilder(job.buildkitAddress, options.jobFolder);
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
