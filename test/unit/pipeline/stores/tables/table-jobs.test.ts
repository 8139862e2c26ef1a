import { beforeEach, expect, it } from 'vitest';
import type { Job } from '../../../../../lib/pipeline/records/job.ts';
import { RunId } from '../../../../../lib/pipeline/records/run-id.ts';
import type { Stored } from '../../../../../lib/pipeline/stores/stored.ts';
import { TableJobs } from '../../../../../lib/pipeline/stores/tables/table-jobs.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const runId = RunId.parse('20261123T020000Z-7f3a');
const now = new Date('2026-11-23T02:10:00Z');
const lease = { from: now, until: new Date('2026-11-23T02:25:00Z') };

let tables: MemoryTables;
let jobs: TableJobs;
beforeEach(async () => {
  tables = new MemoryTables();
  jobs = new TableJobs(tables);
  await jobs.add({ id: 'scan-1', runId, kind: 'scan', targets: ['a', 'b'], createdAt: now });
});

async function stored(): Promise<Stored<Job>> {
  const job = await jobs.find(runId, 'scan-1');
  if (job === undefined) throw new Error('there is no job');
  return job;
}

function rowOf() {
  return tables.all(TABLES.jobs)[0]?.entity;
}

it('stores the ids of targets as JSON and returns them as a list', async () => {
  expect(rowOf()).toMatchObject({ partitionKey: runId, rowKey: 'scan-1', targets: '["a","b"]' });
  expect((await stored()).targets).toEqual(['a', 'b']);
});

it('writes no column for the version, the id or the run id', async () => {
  await jobs.admit(await stored(), now);

  expect(Object.keys(rowOf() ?? {})).not.toContain('version');
  expect(rowOf()).not.toHaveProperty('id');
  expect(rowOf()).not.toHaveProperty('runId');
});

it('does not overwrite a job that already exists', async () => {
  await jobs.admit(await stored(), now);

  await jobs.add({ id: 'scan-1', runId, kind: 'scan', targets: ['c'], createdAt: now });

  expect(await stored()).toMatchObject({ state: 'ready', targets: ['a', 'b'] });
});

it('takes the lease, advances the wake number and counts an error in one write', async () => {
  expect(await jobs.take(await stored(), lease)).toMatchObject({
    wake: 1,
    errors: 1,
    leaseUntil: lease.until,
    nextAt: lease.until,
  });
});

it('lets only one of two steps take a job', async () => {
  const job = await stored();

  expect(await jobs.take(job, lease)).toBeDefined();
  expect(await jobs.take(job, lease)).toBeUndefined();
});

it('clears the lease of a job that is released', async () => {
  const held = await jobs.take(await stored(), lease);
  if (held === undefined) throw new Error('not taken');

  await jobs.release(held, { errors: 0 });

  expect(rowOf()).not.toHaveProperty('leaseUntil');
});

it('refuses a transition that is not in the table of states', async () => {
  await expect(jobs.save(await stored(), { state: 'running' })).rejects.toThrow(
    'waiting to running',
  );
  expect((await stored()).state).toBe('waiting');
});

it('names a column that it cannot read, but not its content', async () => {
  const [row] = tables.all(TABLES.jobs);
  if (row === undefined) throw new Error('there is no row');
  await tables.replace(TABLES.jobs, { ...row.entity, targets: 'a secret' }, row.etag);

  await expect(stored()).rejects.toThrow(/scan-1\): targets custom$/);
});
