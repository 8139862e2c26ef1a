import type { JobFile } from '../../job/job-file.ts';
import type { WorkerContext } from './worker-context.ts';

/** The time that one image gets. */
export interface ImageTime {
  readonly seconds: number;
  /** Not the job's full share for an image: the deadline cuts it short. */
  readonly cutShort: boolean;
}

/** With less than this left an image is not begun: it would be stopped before it could end. */
const LEAST_SECONDS = { scan: 30, patch: 120 } as const;

/** The next image's time; undefined: none may be begun any more. */
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
