import { gunzipSync } from 'node:zlib';
import { digestOf } from '../../../../lib/image/digest.ts';
import { archiveName } from '../../../../lib/pipeline/records/run-archive.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { TABLES } from '../../../../lib/storage/tables.ts';
import { newRun } from '../new-run.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

export const RETENTION_DAYS = 90;
const DIGEST = digestOf('an image');
const OLD = RunId.parse('20260825T020000Z-0001');
const DAY_MS = 86_400_000;

/** A world with a run of long ago, its targets, a job, and all else that belongs to it. */
export async function worldWithOldRun(
  options: { readonly targets?: number; readonly inUse?: number } = {},
): Promise<{ readonly world: UnitWorld; readonly runId: RunId }> {
  const world = new UnitWorld({ pipeline: { retentionDays: RETENTION_DAYS } });
  const { services } = world;
  const finishedAt = new Date(world.clock.now().getTime() - RETENTION_DAYS * DAY_MS - 1);
  const old = newRun({ id: OLD, state: 'completed', createdAt: finishedAt, finishedAt });
  await services.runs.start(old);
  // The newest run is never archived.
  await world.addRun({ state: 'completed', finishedAt });
  const targets = Array.from({ length: options.targets ?? 3 }, (_, at) =>
    target('team/api', `v${at}`, {
      state: 'clean',
      digest: DIGEST,
      ...{ runId: old.id, discoveredAt: finishedAt, finishedAt, scannedAt: finishedAt },
    }),
  );
  await services.targets.addMissing(targets.map(({ version: _, ...one }) => one));
  for (const one of targets.slice(0, options.inUse ?? 0)) await services.inventory.record(one);
  await services.jobs.add({
    ...{ id: 'scan-00ff', runId: old.id, kind: 'scan', targets: ['x'], createdAt: finishedAt },
  });
  await services.cancellations.request(old.id, finishedAt, 'somebody');
  await services.tellings.take(old.id, { from: finishedAt, until: finishedAt });
  return { world, runId: old.id };
}

/** Names of all rows of the run that are left, without the one that says where its archive is. */
export function rowsLeft({ tables }: UnitWorld, runId: RunId): readonly string[] {
  return [TABLES.runs, TABLES.targets, TABLES.jobs, TABLES.state].flatMap((table) =>
    tables
      .all(table)
      .filter(({ entity }) => entity.partitionKey !== 'archived')
      .filter(({ entity }) => [entity.runId, entity.partitionKey, entity.rowKey].includes(runId))
      .map(({ entity }) => `${table} ${entity.partitionKey} ${entity.rowKey}`),
  );
}

/** Names of the rows in the run's archive, sorted. */
export async function rowsArchived(world: UnitWorld, runId: RunId): Promise<readonly string[]> {
  const blob = await world.blobs.read(CONTAINERS.archive, archiveName(runId), 1e9);
  if (!blob.found) return [];
  const lines = gunzipSync(blob.bytes).toString().trimEnd().split('\n');
  return lines
    .map((line): { table: string; PartitionKey: string; RowKey: string } => JSON.parse(line))
    .map(({ table, PartitionKey, RowKey }) => `${table} ${PartitionKey} ${RowKey}`);
}

/** Records what the newest run found of the tag: nothing of the old run has a bearing on it any more. */
export async function recordLater(world: UnitWorld, tag: string): Promise<void> {
  const now = world.clock.now();
  const times = { discoveredAt: now, scannedAt: now, finishedAt: now };
  const later = target('team/api', tag, { state: 'clean', digest: DIGEST, ...times });
  await world.services.inventory.record(later);
}
