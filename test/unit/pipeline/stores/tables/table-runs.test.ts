import { expect, it } from 'vitest';
import { RunId } from '../../../../../lib/pipeline/records/run-id.ts';
import { TableCancellations } from '../../../../../lib/pipeline/stores/tables/table-cancellations.ts';
import { TableRuns } from '../../../../../lib/pipeline/stores/tables/table-runs.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';
import { newRun } from '../../new-run.ts';

const now = new Date('2026-11-23T02:10:00Z');
const older = RunId.parse('20261122T020000Z-7f3a');
const newer = RunId.parse('20261123T020000Z-86c8');

function runsIn(tables: MemoryTables): TableRuns {
  return new TableRuns(tables);
}

it('lists the newest run first, and no cancellation request', async () => {
  const tables = new MemoryTables();
  const runs = runsIn(tables);
  for (const id of [older, newer]) await runs.start(newRun({ id: id }));
  await new TableCancellations(tables).request(newer, now, 'somebody');

  const listed = await Array.fromAsync(runs.newestFirst(() => {}));

  expect(listed.map(({ id }) => id)).toEqual([newer, older]);
});

it('stores the id in the column that people query', async () => {
  const tables = new MemoryTables();

  await runsIn(tables).start(newRun({ id: newer }));

  expect(tables.all(TABLES.runs)[0]?.entity).toMatchObject({ partitionKey: 'run', runId: newer });
});

it('starts a run once', async () => {
  const runs = runsIn(new MemoryTables());

  expect(await runs.start(newRun({ id: newer }))).toBe('started');
  expect(await runs.start({ ...newRun({ id: newer }), dryRun: true })).toBe('exists');
  expect((await runs.find(newer))?.dryRun).toBe(false);
});

it('skips and reports a row that it cannot read', async () => {
  const tables = new MemoryTables();
  const runs = runsIn(tables);
  await runs.start(newRun({ id: older }));
  await tables.insert(TABLES.runs, { partitionKey: 'run', rowKey: '0', a: 'b' });
  const passed: string[] = [];

  const listed = await Array.fromAsync(runs.newestFirst(({ message }) => passed.push(message)));

  expect(listed.map(({ id }) => id)).toEqual([older]);
  expect(passed).toHaveLength(1);
});
