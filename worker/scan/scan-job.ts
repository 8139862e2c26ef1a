import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScanJobFile } from '../../lib/job/job-file.ts';
import type { ScanImageResult } from '../../lib/job/job-result.ts';
import { plainLines } from '../../lib/text/plain-lines.ts';
import { secondsLeft } from '../context/image-time.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { toolFailureMessage } from '../tools/failure-message.ts';
import { runTool, succeeded } from '../tools/run-tool.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';
import { readAdvisoryBuckets } from './advisory-buckets.ts';
import { ALREADY_WRITTEN, scanOneImage } from './scan-image.ts';
import { downloadDatabase } from './trivy-command.ts';
import { trivyFailureLines } from './trivy-lines.ts';

export interface ScanOutcome {
  readonly advisoryPlatforms: readonly string[];
  readonly images: readonly ScanImageResult[];
}

const DATABASE_LIMIT_SECONDS = 900;

/** Scans the job's images in sequence. A failure affects only its own image. */
export async function scanJob(
  context: WorkerContext,
  job: ScanJobFile,
  environment: ToolEnvironment,
): Promise<ScanOutcome | typeof ALREADY_WRITTEN> {
  const cacheFolder = join(context.scratch, 'cache');
  await mkdir(cacheFolder, { recursive: true });

  const database = await fetchDatabase(context, job, { cacheFolder, environment });
  if (!database.ok) {
    const { message } = database;
    context.log.error('The vulnerability database is not usable.', { reason: message });
    const images = job.images.map(({ digest }) => ({
      digest,
      outcome: 'failed' as const,
      failure: 'database-unavailable' as const,
      message,
    }));
    return { advisoryPlatforms: [], images };
  }

  const images: ScanImageResult[] = [];
  for (const [index, image] of job.images.entries()) {
    const result = await scanOneImage(context, { job, image, index, cacheFolder, environment });
    if (result === ALREADY_WRITTEN) return ALREADY_WRITTEN;
    context.log.info('An image is done.', { digest: image.digest, outcome: result.outcome });
    images.push(result);
  }
  return { advisoryPlatforms: database.platforms, images };
}

/** Fails without the list of platforms: without it no image can be assessed as clean. */
async function fetchDatabase(
  context: WorkerContext,
  job: ScanJobFile,
  options: { readonly cacheFolder: string; readonly environment: ToolEnvironment },
): Promise<
  | { readonly ok: true; readonly platforms: readonly string[] }
  | { readonly ok: false; readonly message: string }
> {
  const seconds = Math.max(1, Math.min(DATABASE_LIMIT_SECONDS, secondsLeft(context, job)));
  const run = await runTool(context, downloadDatabase(job, { ...options, seconds }), seconds);
  if (!succeeded(run)) {
    return { ok: false, message: toolFailureMessage('trivy', run, trivyFailureLines(run.stderr)) };
  }

  const buckets = await readAdvisoryBuckets(context, options);
  return buckets.ok
    ? buckets
    : {
        ok: false,
        message: toolFailureMessage('bbolt', buckets.run, plainLines(buckets.run.stderr)),
      };
}
