import type { History } from '../../../lib/history/history.ts';
import { digestOf } from '../../../lib/image/digest.ts';
import { Tag } from '../../../lib/image/reference.ts';
import type { Run } from '../../../lib/pipeline/records/run.ts';
import { runIdOf } from '../../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../../lib/pipeline/records/target.ts';
import { tableStores } from '../../../lib/pipeline/stores/tables/table-stores.ts';
import type { TableName } from '../../../lib/storage/tables.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryBlobs } from '../../fakes/memory-blobs.ts';
import { MemoryTableQueries } from '../../fakes/memory-table-queries.ts';
import { MemoryTables } from '../../fakes/memory-tables.ts';
import { newRun } from '../pipeline/new-run.ts';
import { target } from '../pipeline/run/run-samples.ts';

export const NOW = new Date('2026-11-25T08:00:00Z');
const nightOf = (day: number) => new Date(Date.UTC(2026, 10, day, 2));
const NIGHTS = [23, 24, 25].map(nightOf);
export const FIRST = runIdOf(nightOf(23), 'schedule');
export const SECOND = runIdOf(nightOf(24), 'schedule');
export const THIRD = runIdOf(nightOf(25), 'schedule');

const KNOWN = { beforeMedium: 0, beforeLow: 0, beforeUnknown: 0, beforeFixable: 1 };
const CRITICAL = { ...KNOWN, beforeCritical: 1, beforeHigh: 2 };
const OPEN = {
  examinedAt: new Date('2026-11-25T02:00:00Z'),
  openSinceCritical: new Date('2026-11-10T02:00:00Z'),
};
const HIGH = { ...KNOWN, beforeCritical: 0, beforeHigh: 1 };
const NONE = { ...KNOWN, beforeCritical: 0, beforeHigh: 0, beforeFixable: 0 };
const FIXED = {
  patchTag: Tag.parse('1.4-1'),
  patchDigest: digestOf('a patch'),
  afterCritical: 0,
  afterHigh: 1,
  afterMedium: 0,
  afterLow: 0,
  afterUnknown: 0,
  afterFixable: 0,
};

/** How each image ended, night by night. */
const ENDINGS: Readonly<Record<string, readonly Partial<Target>[]>> = {
  'team/api:1.4': [
    { state: 'failed', reason: 'timeout', ...CRITICAL },
    { state: 'patched', ...CRITICAL, ...FIXED },
    { state: 'already-patched', ...CRITICAL, ...FIXED },
  ],
  'team/api:1.5': [
    { state: 'clean', ...NONE },
    { state: 'clean', ...NONE },
    { state: 'clean', ...NONE },
  ],
  'team/web:2.0': [
    { state: 'failed', reason: 'tool-failed', ...HIGH },
    { state: 'waiting', reason: 'backing-off', ...HIGH },
    {
      state: 'failed',
      reason: 'tool-failed',
      detail: 'no package manager',
      ...HIGH,
      ...OPEN,
    },
  ],
  'team/windows:1': [
    { state: 'skipped', reason: 'windows' },
    { state: 'skipped', reason: 'windows' },
    { state: 'skipped', reason: 'windows' },
  ],
};

export interface HistorySamples {
  readonly history: History;
  readonly tables: MemoryTables;
  /** Operations of storage since the last call. */
  readonly operations: () => number;
}

/** Three nights of four images, and a run that is going on. */
export async function threeNights(): Promise<HistorySamples> {
  const tables = new MemoryTables();
  const stores = tableStores(tables);
  for (const [night, due] of NIGHTS.entries()) {
    const id = runIdOf(due, 'schedule');
    const finishedAt = new Date(due.getTime() + 3600 * 1000);
    const changes: Partial<Run> = { id, createdAt: due, finishedAt, startedBy: 'schedule' };
    const state = night === 1 ? 'completed' : 'completed-with-failures';
    await stores.runs.start(
      newRun({ ...changes, state, targets: 4, ...(night !== 1 && { failed: 1 }) }),
    );
    for (const [name, endings] of Object.entries(ENDINGS)) {
      const [repository = '', tag = ''] = name.split(':');
      const times = { discoveredAt: due, scannedAt: due, verifiedAt: due, finishedAt };
      const digest = digestOf(`${repository}:${tag}`);
      const ended = target(repository, tag, { runId: id, digest, ...times, ...endings[night] });
      const { version: _, ...record } = ended;
      await stores.targets.addMissing([record]);
      await stores.inventory.record(record);
    }
  }
  const id = runIdOf(new Date('2026-11-25T07:59:00Z'), 'manual', 'x');
  await stores.runs.start(newRun({ id, trigger: 'manual', startedBy: 'function key alice' }));
  return counted(tables);
}

function counted(tables: MemoryTables): HistorySamples {
  const queries = new MemoryTableQueries(tables);
  let reads = 0;
  const count = <Answer>(answer: Answer): Answer => {
    reads += 1;
    return answer;
  };
  return {
    tables,
    history: {
      queries,
      blobs: new MemoryBlobs({ clock: new ManualClock() }),
      tables: {
        get: (table: TableName, partition: string, row: string) =>
          count(tables.get(table, partition, row)),
        nextPartition: (table: TableName, after: string) =>
          count(tables.nextPartition(table, after)),
      },
    },
    operations: () => {
      const total = reads + queries.pages;
      reads = 0;
      queries.pages = 0;
      return total;
    },
  };
}
