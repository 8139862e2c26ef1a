import type { Job } from '../records/job.ts';
import type { RunId } from '../records/run-id.ts';
import type { LeaseStore } from './lease-store.ts';
import type { PassOver, Stored } from './stored.ts';

/** A job that no step has worked on. */
export type NewJob = Pick<Job, 'id' | 'runId' | 'kind' | 'repository' | 'targets' | 'createdAt'>;

/**
 * Port: the jobs. A transition that job-states.ts does not have throws. Undefined from a write:
 * somebody else changed the job first. Adapter: `TableJobs`.
 */
export interface JobStore extends LeaseStore<Job> {
  find(runId: RunId, jobId: string): Promise<Stored<Job> | undefined>;
  ofRun(runId: RunId): AsyncIterable<Stored<Job>>;
  readableOfRun(runId: RunId, passOver: PassOver): AsyncIterable<Stored<Job>>;
  /** Adds a job in the state `waiting`. A job that exists already stays as it is. */
  add(job: NewJob): Promise<void>;
  /** Lets a waiting job start. */
  admit(job: Stored<Job>, at: Date): Promise<Stored<Job> | undefined>;
  /** Ends a waiting job that will not start. */
  drop(job: Stored<Job>, at: Date): Promise<Stored<Job> | undefined>;
  /** Ends a job whose run has ended without it. */
  endWithRun(job: Stored<Job>, at: Date): Promise<Stored<Job> | undefined>;
}
