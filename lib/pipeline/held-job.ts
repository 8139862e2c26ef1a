import { Held, leaseFrom } from './lease.ts';
import type { Job } from './records/job.ts';
import type { Services } from './services.ts';
import type { Stored } from './stores/stored.ts';

/** Unfinished steps in a row. More than any remedy retries. */
export const MAX_UNFINISHED = 12;

/** A job whose lease this step holds. */
export class HeldJob extends Held<Job> {
  /** Returns undefined if another step has taken the job. */
  static async take(
    { jobs, clock, options }: Pick<Services, 'jobs' | 'clock' | 'options'>,
    job: Stored<Job>,
  ): Promise<HeldJob | undefined> {
    const taken = await jobs.take(job, leaseFrom(clock.now(), options.leaseSeconds));
    return taken === undefined ? undefined : new HeldJob(jobs, clock, taken);
  }

  get job(): Job {
    return this.record;
  }
}
