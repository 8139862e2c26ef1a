import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { InventoryCopy } from '../../../../../lib/pipeline/records/inventory-copy.ts';
import { InventoryTag } from '../../../../../lib/pipeline/records/inventory-tag.ts';
import { Job } from '../../../../../lib/pipeline/records/job.ts';
import { Run } from '../../../../../lib/pipeline/records/run.ts';
import { TagFinding } from '../../../../../lib/pipeline/records/tag-finding.ts';
import { Target } from '../../../../../lib/pipeline/records/target.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';

const PAGE = readFileSync(new URL('../../../../../docs/history.md', import.meta.url), 'utf8');

/** The names in the first cells of the tables below a table's heading. */
function documentedColumns(table: string): readonly string[] {
  const section = PAGE.split(`\n## ${table}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );
}

it.each([
  { table: TABLES.runs, records: [Run], keys: { id: 'runId' } },
  { table: TABLES.targets, records: [Target], keys: { id: '', runId: '' } },
  { table: TABLES.jobs, records: [Job], keys: { id: '', runId: '' } },
  { table: TABLES.findings, records: [TagFinding], keys: {} },
  { table: TABLES.inventory, records: [InventoryTag, InventoryCopy], keys: {} },
])('docs/history.md names every column of $table', ({ table, records, keys }) => {
  const renamed = new Map(Object.entries(keys));
  const columns = records.flatMap((record) => Object.keys(record.shape));
  const names = columns.map((column) => renamed.get(column) ?? column).filter(Boolean);

  expect(documentedColumns(table)).toEqual(expect.arrayContaining(names));
});
