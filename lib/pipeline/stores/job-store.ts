import type { Job } from '../records/job.ts';
import type { RunId } from '../records/run-id.ts';
import type { LeaseStore } from './lease-store.ts';
import type { PassOver, Stored } from './stored.ts';

/** A job before its first step. */
export type NewJob = Pick<
  Job,
  'id' | 'runId' | 'kind' | 'repository' | 'repositories' | 'targets' | 'createdAt'
>;

/**
 * Port: the jobs. Writes throw on a transition that job-states.ts lacks, and return undefined if
 * another writer changed the job first. Adapter: `TableJobs`.
 */
export interface JobStore extends LeaseStore<Job> {
  find(runId: RunId, jobId: string): Promise<Stored<Job> | undefined>;
  ofRun(runId: RunId): AsyncIterable<Stored<Job>>;
  readableOfRun(runId: RunId, passOver: PassOver): AsyncIterable<Stored<Job>>;
  /** Adds a job in the state `waiting`. Keeps an existing job unchanged. */
  add(job: NewJob): Promise<void>;
  /** Moves a waiting job to `ready`. */
  admit(job: Stored<Job>, at: Date): Promise<Stored<Job> | undefined>;
  /** Ends a waiting job that must not start. */
  drop(job: Stored<Job>, at: Date): Promise<Stored<Job> | undefined>;
  /** Ends a live job of an ended run. */
  endWithRun(job: Stored<Job>, at: Date): Promise<Stored<Job> | undefined>;
}
