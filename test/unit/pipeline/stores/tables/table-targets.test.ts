import { beforeEach, expect, it } from 'vitest';
import { digestOf } from '../../../../../lib/image/digest.ts';
import { Tag } from '../../../../../lib/image/reference.ts';
import type { Target } from '../../../../../lib/pipeline/records/target.ts';
import type { Stored } from '../../../../../lib/pipeline/stores/stored.ts';
import { TableTargets } from '../../../../../lib/pipeline/stores/tables/table-targets.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';
import { target } from '../../run/run-samples.ts';

const { version: _, ...TARGET } = target('a', 'v1', {
  state: 'patching',
  job: 'patch-1',
  attempts: 2,
  patches: [
    {
      tag: Tag.parse('v1-1'),
      digest: digestOf('patch'),
      sourceDigest: digestOf('source'),
      fingerprint: 'f',
    },
  ],
  blocked: [{ package: 'curl', reason: 'held' }],
});

const AT = new Date('2026-11-23T02:06:00Z');
let tables: MemoryTables;
let targets: TableTargets;
beforeEach(async () => {
  tables = new MemoryTables();
  targets = new TableTargets(tables);
  await targets.addMissing([TARGET]);
});

async function stored(): Promise<Stored<Target>> {
  const found = await targets.find(TARGET.runId, TARGET.id);
  if (found === undefined) throw new Error('there is no target');
  return found;
}

it('returns a target as it was added, with its lists as JSON in the row', async () => {
  expect(await stored()).toEqual({
    ...TARGET,
    events: expect.any(String),
    version: expect.any(String),
  });
  expect(tables.all(TABLES.targets)[0]?.entity).toMatchObject({
    partitionKey: TARGET.runId,
    rowKey: TARGET.id,
    blocked: '[{"package":"curl","reason":"held"}]',
  });
});

it('keeps a target that exists', async () => {
  await targets.addMissing([
    { ...TARGET, state: 'queued' },
    { ...TARGET, id: 'other' },
  ]);

  expect((await stored()).state).toBe('patching');
  expect(await Array.fromAsync(targets.ofRun(TARGET.runId))).toHaveLength(2);
});

it('moves a target without its job and with all attempts left', async () => {
  expect(
    await targets.move(await stored(), 'verifying', { movedAt: AT, tools: 'copa/1' }),
  ).toMatchObject({
    state: 'verifying',
    job: '',
    attempts: 0,
    tools: 'copa/1',
  });
});

it('changes a target within its state, and ends it with its job', async () => {
  const changed = await targets.change(await stored(), { attempts: 1 });
  expect(changed).toMatchObject({ state: 'patching', job: 'patch-1', attempts: 1 });

  expect(
    await targets.finish(await stored(), 'failed', { finishedAt: AT, reason: 'timeout' }),
  ).toMatchObject({
    state: 'failed',
    job: 'patch-1',
    attempts: 1,
    reason: 'timeout',
  });
});

it('refuses transitions that the table of states lacks, and any change of an ended target', async () => {
  const patching = await stored();
  await expect(targets.move(patching, 'publishing', { movedAt: AT })).rejects.toThrow(
    'patching to publishing',
  );
  await expect(targets.finish(patching, 'clean', { finishedAt: AT })).rejects.toThrow(
    'patching to clean',
  );

  const ended = await targets.finish(patching, 'failed', { finishedAt: AT });
  if (ended === undefined) throw new Error('it was not ended');
  await expect(targets.change(ended, { attempts: 0 })).rejects.toThrow('never changed');
});

it('writes nothing if another writer was first', async () => {
  const known = await stored();
  await targets.change(known, { attempts: 1 });

  expect(await targets.move(known, 'verifying', { movedAt: AT })).toBeUndefined();
  expect(await targets.finish(known, 'failed', { finishedAt: AT })).toBeUndefined();
  expect(await stored()).toMatchObject({ state: 'patching', attempts: 1 });
});

it('tells each change of state in a line of its events', async () => {
  await targets.move(await stored(), 'verifying', { movedAt: AT });
  await targets.change(await stored(), { job: 'verify-1' });
  await targets.finish(await stored(), 'failed', { finishedAt: AT, reason: 'timeout' });

  expect((await stored()).events?.split('\n')).toEqual([
    `${TARGET.discoveredAt.toISOString()} patching patch-1`,
    '2026-11-23T02:06:00.000Z verifying patch-1',
    '2026-11-23T02:06:00.000Z failed timeout verify-1',
  ]);
});
