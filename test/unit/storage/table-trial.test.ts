import { expect, it } from 'vitest';
import { StorageError } from '../../../lib/storage/storage-error.ts';
import { tryOutTable } from '../../../lib/storage/table-trial.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { MemoryTables } from '../../fakes/memory-tables.ts';

class NoReading extends MemoryTables {
  override async get(): Promise<never> {
    throw new StorageError('denied', 'no right to read');
  }
}

it('writes a row and deletes it', async () => {
  const tables = new MemoryTables();

  await tryOutTable(tables, TABLES.jobs, 'trial');

  expect(tables.writes).toBe(1);
  expect(tables.all(TABLES.jobs)).toEqual([]);
});

it('throws the error of the read and still deletes its row', async () => {
  const tables = new NoReading();

  await expect(tryOutTable(tables, TABLES.jobs, 'trial')).rejects.toThrow('no right to read');

  expect(tables.writes).toBe(1);
  expect(tables.all(TABLES.jobs)).toEqual([]);
});

it('throws if the table is missing', async () => {
  const tables = new MemoryTables({ missing: [TABLES.jobs] });

  await expect(tryOutTable(tables, TABLES.jobs, 'trial')).rejects.toMatchObject({
    code: 'not-provisioned',
  });
});
