import { expect, it } from 'vitest';
import { archiveLine } from '../../../../lib/pipeline/records/run-archive.ts';
import { TABLES } from '../../../../lib/storage/tables.ts';

it('writes a row with its keys and all its columns, always in the same order', () => {
  const at = new Date('2026-08-01T02:00:00Z');
  const line =
    '{"table":"PatchwrightJobs","PartitionKey":"p","RowKey":"r","a":1,"at":"2026-08-01T02:00:00.000Z","b":false}';

  expect(archiveLine(TABLES.jobs, { partitionKey: 'p', rowKey: 'r', b: false, at, a: 1 })).toBe(
    line,
  );
  expect(archiveLine(TABLES.jobs, { a: 1, at, b: false, rowKey: 'r', partitionKey: 'p' })).toBe(
    line,
  );
});
