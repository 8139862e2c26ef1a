import type { JobFile } from '../../lib/job/job-file.ts';
import type { WorkerContext } from './worker-context.ts';

/** The time limit of one image. */
export interface ImageTime {
  readonly seconds: number;
  /** True if the job's deadline leaves less than the full time per image. */
  readonly cutShort: boolean;
}

/** An image is not started with less time than this, since it could not finish. */
const LEAST_SECONDS = { scan: 30, patch: 120 } as const;

/** Returns the next image's time, or undefined if no more image may start. */
export function nextImageTime(context: WorkerContext, job: JobFile): ImageTime | undefined {
  if (context.stop.aborted) return undefined;

  const left = secondsLeft(context, job);
  const least = Math.min(LEAST_SECONDS[job.kind], job.imageTimeoutSeconds);
  if (left < least) return undefined;
  return left < job.imageTimeoutSeconds
    ? { seconds: left, cutShort: true }
    : { seconds: job.imageTimeoutSeconds, cutShort: false };
}

/** Whole seconds until the job's deadline, at least 0. */
export function secondsLeft(context: WorkerContext, job: JobFile): number {
  const milliseconds = Date.parse(job.deadline) - context.clock.now().getTime();
  return Math.max(0, Math.floor(milliseconds / 1000));
}
