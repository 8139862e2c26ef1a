import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { SCHEMA_VERSION } from '../../../lib/storage/tables.ts';
import { TypedTable } from '../../../lib/storage/typed-table.ts';
import { collect } from '../../contract/storage/collect.ts';
import { MemoryTables } from '../../fakes/memory-tables.ts';

const TargetList = z.codec(z.string(), z.array(z.string()), {
  decode: (text) => z.array(z.string()).parse(JSON.parse(text)),
  encode: (targets) => JSON.stringify(targets),
});

const JobRow = z.strictObject({
  partitionKey: z.string(),
  rowKey: z.string(),
  kind: z.enum(['scan', 'patch']),
  attempt: z.number().int(),
  deadline: z.date().optional(),
  targets: TargetList,
});
type JobRow = z.infer<typeof JobRow>;

const job: JobRow = {
  partitionKey: 'run-1',
  rowKey: 'job-1',
  kind: 'scan',
  attempt: 1,
  targets: ['api', 'web'],
};

function setUp() {
  const tables = new MemoryTables();
  const jobs = new TypedTable<JobRow>({ tables, table: 'PatchwrightJobs', schema: JobRow });
  return { tables, jobs };
}

describe('TypedTable', () => {
  it('returns the inserted row with the ETag for the next write', async () => {
    const { jobs } = setUp();

    const inserted = await jobs.insert(job);
    const found = await jobs.get('run-1', 'job-1');

    expect(found).toEqual({ row: job, etag: inserted?.etag });
  });

  it('writes the version of the columns into each row, and reads the row without it', async () => {
    const { jobs, tables } = setUp();

    await jobs.insert(job);

    expect(tables.all('PatchwrightJobs')[0]?.entity.schemaVersion).toBe(SCHEMA_VERSION);
    expect((await jobs.get('run-1', 'job-1'))?.row).toEqual(job);
  });

  it('stores a codec column in its encoded form', async () => {
    const { jobs, tables } = setUp();

    await jobs.insert(job);

    const [stored] = tables.all('PatchwrightJobs');
    expect(stored?.entity).toMatchObject({ targets: '["api","web"]' });
  });

  it('marks text that a spreadsheet takes for a formula, in every column but the keys', async () => {
    const tables = new MemoryTables();
    const schema = z.object({ partitionKey: z.string(), rowKey: z.string(), detail: z.string() });
    const rows = new TypedTable({ tables, table: 'PatchwrightTargets', schema });

    await rows.insert({ partitionKey: '=p', rowKey: '@r', detail: '=HYPERLINK("http://evil/")' });

    expect(tables.all('PatchwrightTargets').map(({ entity }) => entity)).toMatchObject([
      { partitionKey: '=p', rowKey: '@r', detail: `'=HYPERLINK("http://evil/")` },
    ]);
  });

  it('omits columns that are undefined', async () => {
    const { jobs, tables } = setUp();
    // A spread of an optional value creates such a row at run time, although the type forbids it.
    const row: JobRow = Object.assign({ ...job }, { deadline: undefined });

    await jobs.insert(row);

    const [stored] = tables.all('PatchwrightJobs');
    expect(Object.keys(stored?.entity ?? {})).not.toContain('deadline');
  });

  it('removes a column by replacing the row without it', async () => {
    const { jobs } = setUp();
    const inserted = await jobs.insert({ ...job, deadline: new Date('2026-11-23T03:00:00Z') });

    await jobs.replace(job, inserted?.etag ?? '');

    expect((await jobs.get('run-1', 'job-1'))?.row).toEqual(job);
  });

  it('returns undefined or false if the row exists already or has changed', async () => {
    const { jobs } = setUp();
    const first = await jobs.insert(job);
    await jobs.replace({ ...job, attempt: 2 }, first?.etag ?? '');

    const secondInsert = await jobs.insert(job);
    const staleReplace = await jobs.replace(job, first?.etag ?? '');
    const staleDelete = await jobs.delete(job, first?.etag ?? '');

    expect([secondInsert, staleReplace, staleDelete]).toEqual([undefined, undefined, false]);
  });

  it('names the table, keys and columns of a row that does not parse, but no value', async () => {
    const { jobs, tables } = setUp();
    await tables.insert('PatchwrightJobs', {
      partitionKey: 'run-1',
      rowKey: 'job-1',
      kind: 'hush-hush',
      attempt: 1,
      targets: '[]',
    });

    const error: unknown = await jobs.get('run-1', 'job-1').catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      name: 'StorageError',
      code: 'malformed',
      message: 'PatchwrightJobs (run-1, job-1): kind invalid_value',
    });
    expect(JSON.stringify(error)).not.toContain('hush-hush');
  });

  it('reports a column whose codec throws without its value', async () => {
    const { jobs, tables } = setUp();
    await tables.insert('PatchwrightJobs', {
      partitionKey: 'run-1',
      rowKey: 'job-1',
      kind: 'scan',
      attempt: 1,
      targets: 'hush-hush',
    });

    const error: unknown = await jobs.get('run-1', 'job-1').catch((reason: unknown) => reason);

    expect(error).toMatchObject({ name: 'StorageError', code: 'malformed' });
    expect(error).not.toHaveProperty('cause');
    expect(String(error)).not.toContain('hush');
  });

  it('refuses to write a row that it could not read', async () => {
    const { jobs, tables } = setUp();

    const write = jobs.insert({ ...job, attempt: 1.5 });

    await expect(write).rejects.toMatchObject({ code: 'invalid' });
    expect(tables.writes).toBe(0);
  });

  it('lists the rows of a partition in row-key order', async () => {
    const { jobs } = setUp();
    await jobs.insertMissing(['c', 'a', 'b'].map((rowKey) => ({ ...job, rowKey })));

    const listed = await collect(jobs.list('run-1'));

    expect(listed.map(({ row }) => row.rowKey)).toEqual(['a', 'b', 'c']);
  });
});
