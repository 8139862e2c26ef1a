import type { JobRow } from '../records/job-row.ts';

/** What a step leaves behind: changes to the job's row, and when the next step is due. */
export interface StepEnd {
  readonly changes: Partial<JobRow>;
  readonly delaySeconds: number;
}
