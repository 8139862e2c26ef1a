import { expect, it } from 'vitest';
import type { Run } from '../../../../../lib/pipeline/records/run.ts';
import { RunId } from '../../../../../lib/pipeline/records/run-id.ts';
import { TableCancellations } from '../../../../../lib/pipeline/stores/tables/table-cancellations.ts';
import { TableRuns } from '../../../../../lib/pipeline/stores/tables/table-runs.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const now = new Date('2026-11-23T02:10:00Z');
const older = RunId.parse('20261122T020000Z-7f3a');
const newer = RunId.parse('20261123T020000Z-86c8');

function run(id: RunId): Run {
  const counts = {
    clean: 0,
    patched: 0,
    alreadyPatched: 0,
    planned: 0,
    waiting: 0,
    skipped: 0,
    rejected: 0,
    failed: 0,
  };
  return {
    ...counts,
    id,
    state: 'discovering',
    trigger: 'schedule',
    dryRun: false,
    createdAt: now,
    deadline: now,
    cursorRepository: 0,
    cursorTag: '',
    wake: 0,
    nextAt: now,
    errors: 0,
    targets: 0,
    active: 0,
    canceled: 0,
  };
}

function runsIn(tables: MemoryTables): TableRuns {
  return new TableRuns(tables);
}

it('lists the newest run first, and no cancellation request', async () => {
  const tables = new MemoryTables();
  const runs = runsIn(tables);
  for (const id of [older, newer]) await runs.start(run(id));
  await new TableCancellations(tables).request(newer, now);

  const listed = await Array.fromAsync(runs.newestFirst(() => {}));

  expect(listed.map(({ id }) => id)).toEqual([newer, older]);
});

it('stores the id in the column that people query', async () => {
  const tables = new MemoryTables();

  await runsIn(tables).start(run(newer));

  expect(tables.all(TABLES.runs)[0]?.entity).toMatchObject({ partitionKey: 'run', runId: newer });
});

it('starts a run once', async () => {
  const runs = runsIn(new MemoryTables());

  expect(await runs.start(run(newer))).toBe('started');
  expect(await runs.start({ ...run(newer), dryRun: true })).toBe('exists');
  expect((await runs.find(newer))?.dryRun).toBe(false);
});

it('skips and reports a row that it cannot read', async () => {
  const tables = new MemoryTables();
  const runs = runsIn(tables);
  await runs.start(run(older));
  await tables.insert(TABLES.runs, { partitionKey: 'run', rowKey: '0', a: 'b' });
  const passed: string[] = [];

  const listed = await Array.fromAsync(runs.newestFirst(({ message }) => passed.push(message)));

  expect(listed.map(({ id }) => id)).toEqual([older]);
  expect(passed).toHaveLength(1);
});
