import type { Job } from '../records/job.ts';

/** The result of a step: changes to the job, and when its next step is due. */
export interface StepEnd {
  readonly changes: Partial<Job>;
  readonly delaySeconds: number;
}
