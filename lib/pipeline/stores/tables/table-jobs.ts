import * as z from 'zod';
import { GroupName } from '../../../containers/container-groups.ts';
import { RepositoryName } from '../../../image/reference.ts';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { Job } from '../../records/job.ts';
import { assertJobTransition } from '../../records/job-states.ts';
import { leasedUntil } from '../../records/leased.ts';
import { RunId } from '../../records/run-id.ts';
import { useAtEnd } from '../../records/use-at-end.ts';
import type { JobStore, NewJob } from '../job-store.ts';
import type { LeaseTime } from '../lease-store.ts';
import type { PassOver, Stored } from '../stored.ts';
import { textOrEmpty } from './explicit-column.ts';
import { jsonColumn } from './json-column.ts';
import { RecordTable, type RowMapping } from './record-table.ts';

/** One row of PatchwrightJobs. */
const JobRow = Job.omit({ id: true, runId: true }).extend({
  partitionKey: RunId,
  rowKey: z.string(),
  reason: textOrEmpty(z.string()),
  detail: textOrEmpty(z.string()),
  group: textOrEmpty(GroupName),
  targets: jsonColumn(Job.shape.targets),
  repositories: jsonColumn(z.array(RepositoryName).readonly()).optional(),
});
type JobRow = z.infer<typeof JobRow>;

const JOBS: RowMapping<JobRow, Job> = {
  table: TABLES.jobs,
  schema: JobRow,
  toRow: ({ id, runId, ...columns }) => ({ ...columns, partitionKey: runId, rowKey: id }),
  fromRow: ({ partitionKey, rowKey, ...columns }) => ({
    ...columns,
    id: rowKey,
    runId: partitionKey,
  }),
};

/** PatchwrightJobs. */
export class TableJobs implements JobStore {
  readonly #records: RecordTable<JobRow, Job>;

  constructor(tables: Tables) {
    this.#records = new RecordTable(tables, JOBS);
  }

  find(runId: RunId, jobId: string): Promise<Stored<Job> | undefined> {
    return this.#records.find({ partitionKey: runId, rowKey: jobId });
  }

  ofRun(runId: RunId): AsyncIterable<Stored<Job>> {
    return this.#records.list(runId);
  }

  readableOfRun(runId: RunId, passOver: PassOver): AsyncIterable<Stored<Job>> {
    return this.#records.listReadable(runId, passOver);
  }

  async add(job: NewJob): Promise<void> {
    const nextAt = job.createdAt;
    await this.#records.insert({
      ...job,
      state: 'waiting',
      attempt: 0,
      storageOperations: 0,
      wake: 0,
      nextAt,
      errors: 0,
    });
  }

  admit(job: Stored<Job>, at: Date): Promise<Stored<Job> | undefined> {
    return this.#update(job, { state: 'ready', nextAt: at });
  }

  drop(job: Stored<Job>, at: Date): Promise<Stored<Job> | undefined> {
    return this.#update(job, { state: 'dropped', finishedAt: at });
  }

  endWithRun(job: Stored<Job>, at: Date): Promise<Stored<Job> | undefined> {
    const changes = { state: 'run-over', finishedAt: at, leaseUntil: undefined } as const;
    return this.#update(job, { ...changes, ...useAtEnd(job, changes, at) });
  }

  take(job: Stored<Job>, { until }: LeaseTime): Promise<Stored<Job> | undefined> {
    return this.#update(job, leasedUntil(job, until));
  }

  save(held: Stored<Job>, changes: Partial<Job>): Promise<Stored<Job> | undefined> {
    return this.#update(held, changes);
  }

  release(held: Stored<Job>, changes: Partial<Job>): Promise<Stored<Job> | undefined> {
    return this.#update(held, { ...changes, leaseUntil: undefined });
  }

  async #update(job: Stored<Job>, changes: Partial<Job>): Promise<Stored<Job> | undefined> {
    const { state = job.state } = changes;
    if (state !== job.state) assertJobTransition(job.state, state);
    return this.#records.update(job, changes);
  }
}
