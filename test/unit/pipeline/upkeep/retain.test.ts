import { expect, it } from 'vitest';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import { reap } from '../../../../lib/pipeline/upkeep/reap.ts';
import { retain } from '../../../../lib/pipeline/upkeep/retain.ts';
import { MemoryWebhook } from '../../../fakes/memory-webhook.ts';
import { UnitWorld } from '../unit-world.ts';
import { RETENTION_DAYS, rowsLeft, worldWithOldRun } from './old-run.ts';

const DAY_MS = 86_400_000;
const OLD = RunId.parse('20260825T020000Z-0001');

async function isArchived(
  finishedAgoMs: number,
  changes: object = {},
  world = new UnitWorld({ pipeline: { retentionDays: RETENTION_DAYS } }),
): Promise<boolean> {
  const finishedAt = new Date(world.clock.now().getTime() - finishedAgoMs);
  await world.addRun({ id: OLD, state: 'completed', finishedAt, ...changes });
  await world.addRun({ state: 'completed', finishedAt });
  await retain(world.services);
  return (await world.services.runs.find(OLD)) === undefined;
}

it.each([
  [1, true],
  [0, false],
])('archives a run that ended 90 days and %d ms ago: %s', async (more, archived) => {
  expect(await isArchived(RETENTION_DAYS * DAY_MS + more)).toBe(archived);
});

it.each([
  ['waits for its last look', { lastLookAt: new Date(0) }],
  ['goes on', { state: 'running' }],
  ['is looked at again later', { archiveNextAt: new Date('2026-11-23T02:00:01Z') }],
])('keeps an old run that %s', async (_, changes) => {
  expect(await isArchived(200 * DAY_MS, changes)).toBe(false);
});

it('keeps a run whose receiver does not know all events yet', async () => {
  const changes = { tellSince: new Date(0) };
  const pipeline = { retentionDays: RETENTION_DAYS };
  const world = new UnitWorld({ pipeline, webhook: new MemoryWebhook() });

  expect(await isArchived(200 * DAY_MS, changes, world)).toBe(false);
  expect(await isArchived(200 * DAY_MS, changes)).toBe(true);
});

it('archives nothing without the setting', async () => {
  expect(await isArchived(9999 * DAY_MS, {}, new UnitWorld())).toBe(false);
});

it('keeps the newest run, whatever its age', async () => {
  const world = new UnitWorld({ pipeline: { retentionDays: RETENTION_DAYS } });
  const run = await world.addRun({ state: 'completed', finishedAt: new Date(0) });

  await retain(world.services);

  expect(await world.services.runs.find(run.id)).toEqual(run);
});

it('keeps the newest run of the schedule, whatever its age', async () => {
  const world = new UnitWorld({ pipeline: { retentionDays: RETENTION_DAYS } });
  const ended = { state: 'completed', finishedAt: new Date(0) } as const;
  const scheduled = RunId.parse('20260826T020000Z-0002');
  await world.addRun({ id: OLD, trigger: 'schedule', ...ended });
  await world.addRun({ id: scheduled, trigger: 'schedule', ...ended });
  const newest = await world.addRun({ trigger: 'manual', ...ended });

  await retain(world.services);
  await retain(world.services);

  const left = await Array.fromAsync(world.services.runs.newestFirst(() => undefined));
  expect(left.map(({ id }) => id)).toEqual([newest.id, scheduled]);
});

it('archives one run in a round of the reaper, the oldest first', async () => {
  const { world, runId } = await worldWithOldRun();
  const newer = RunId.parse('20260826T020000Z-0002');
  await world.addRun({ id: newer, state: 'completed', finishedAt: new Date(0) });

  await reap(world.services);
  expect([rowsLeft(world, runId), rowsLeft(world, newer).length]).toEqual([[], 1]);

  await reap(world.services);
  expect(rowsLeft(world, newer)).toEqual([]);
});

it('archives a run that was kept back before after all others', async () => {
  const { world, runId } = await worldWithOldRun();
  const newer = RunId.parse('20260826T020000Z-0002');
  await world.addRun({ id: newer, state: 'completed', finishedAt: new Date(0) });
  const run = await world.runAt(runId);
  await world.services.runs.noteArchive(run, { archiveNextAt: world.clock.now() });

  await retain(world.services);
  expect([rowsLeft(world, runId).length, rowsLeft(world, newer)]).toEqual([7, []]);

  await retain(world.services);
  expect(rowsLeft(world, runId)).toEqual([]);
});
