import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { archiveName } from '../../../../lib/pipeline/records/run-archive.ts';
import type { Services } from '../../../../lib/pipeline/services.ts';
import { tableStores } from '../../../../lib/pipeline/stores/tables/table-stores.ts';
import { retain } from '../../../../lib/pipeline/upkeep/retain.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { TABLES } from '../../../../lib/storage/tables.ts';
import type { UnitWorld } from '../unit-world.ts';
import { recordLater, rowsArchived, rowsLeft, worldWithOldRun } from './old-run.ts';

/** Each call of the storage fails from this one on: before its effect, or after it. */
function cutAt(world: UnitWorld, call: number, when: 'before' | 'after') {
  let calls = 0;
  const gate = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(of, name) {
        const method: unknown = Reflect.get(of, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          calls += 1;
          if (calls > call || (calls === call && when === 'before')) throw new Error('cut');
          const answer: unknown = Reflect.apply(method, of, args);
          if (calls === call && answer instanceof Promise) {
            return answer.then(() => Promise.reject(new Error('cut')));
          }
          return answer;
        };
      },
    });
  const services: Services = {
    ...world.services,
    ...tableStores(gate(world.tables)),
    blobs: gate(world.blobs),
  };
  return { services, calls: () => calls };
}

it('writes all rows of a run to its archive, and deletes them', async () => {
  const { world, runId } = await worldWithOldRun();
  const before = rowsLeft(world, runId);

  await retain(world.services);

  expect(before).toHaveLength(1 + 3 + 1 + 2);
  expect([...(await rowsArchived(world, runId))].sort()).toEqual([...before].sort());
  expect(rowsLeft(world, runId)).toEqual([]);
});

it('loses no row and ends the next time, wherever it is cut', async () => {
  const whole = await worldWithOldRun();
  const plain = cutAt(whole.world, 1e9, 'before');
  await retain(plain.services);

  for (const when of ['before', 'after'] as const) {
    for (let call = 1; call <= plain.calls(); call += 1) {
      const { world, runId } = await worldWithOldRun();
      const before = rowsLeft(world, runId);

      await retain(cutAt(world, call, when).services).catch(() => undefined);
      const known = new Set([...rowsLeft(world, runId), ...(await rowsArchived(world, runId))]);
      expect([...known].sort()).toEqual([...before].sort());

      await retain(world.services);
      expect(rowsLeft(world, runId)).toEqual([]);
      expect([...(await rowsArchived(world, runId))].sort()).toEqual([...before].sort());
    }
  }
  expect(plain.calls()).toBeGreaterThan(15);
});

it('deletes each row once if two rounds archive a run at the same time', async () => {
  const { world, runId } = await worldWithOldRun({ targets: 300 });
  const before = rowsLeft(world, runId);

  await Promise.all([retain(world.services), retain(world.services)]);
  await retain(world.services);

  expect(rowsLeft(world, runId)).toEqual([]);
  expect(await rowsArchived(world, runId)).toHaveLength(before.length);
});

it('archives a run of 5,000 images, and deletes its rows in several rounds', async () => {
  const { world, runId } = await worldWithOldRun({ targets: 5000 });

  await retain(world.services);
  const left = rowsLeft(world, runId).length;
  await retain(world.services);

  expect(left).toBe(5000 + 4 - 3000);
  expect(await rowsArchived(world, runId)).toHaveLength(5000 + 4);
  expect(rowsLeft(world, runId)).toEqual([]);
});

it('keeps a target on which the present state of its image stands, and the run, until it does not', async () => {
  const { world, runId } = await worldWithOldRun({ inUse: 1 });

  await retain(world.services);
  const kept = rowsLeft(world, runId).map((name) => name.split(' ')[0]);
  const run = await world.runAt(runId);
  await recordLater(world, 'v0');
  await retain(world.services);
  const nextDay = world.clock.now().getTime() + 86_400_000;
  const early = rowsLeft(world, runId).length;
  world.clock.set(new Date(nextDay));
  await retain(world.services);

  expect(kept).toEqual([TABLES.runs, TABLES.targets]);
  expect(run).toMatchObject({ archive: archiveName(runId), archiveNextAt: new Date(nextDay) });
  expect(early).toBe(2);
  expect(rowsLeft(world, runId)).toEqual([]);
});

it.each([
  ['is no gzip file', Buffer.from('{}\n')],
  ['was cut', gzipSync('{"table":"PatchwrightRuns"}\n').subarray(0, 20)],
  ['is of another run', gzipSync('{"table":"PatchwrightRuns","runId":"other"}\n')],
  ['is empty', gzipSync('')],
])('deletes nothing if the blob of that name %s, and says so', async (_, bytes) => {
  const { world, runId } = await worldWithOldRun();
  const before = rowsLeft(world, runId);
  await world.blobs.create(CONTAINERS.archive, archiveName(runId), bytes, 'application/gzip');

  const name = `patchwright-archive/${archiveName(runId)}`;
  await expect(retain(world.services)).rejects.toThrow(name);

  expect(rowsLeft(world, runId)).toEqual(before);
});

it('keeps a row that was changed after the archive was written, and logs it', async () => {
  const { world, runId } = await worldWithOldRun();
  const [target] = world.tables.all(TABLES.targets);
  if (target === undefined) throw new Error('there is no target');
  await retain(cutAt(world, 12, 'before').services).catch(() => undefined);
  const [left] = world.tables.all(TABLES.targets).slice(-1);
  if (left === undefined) throw new Error('the cut came too late');
  await world.tables.replace(TABLES.targets, { ...left.entity, note: 'edited' }, left.etag);

  await retain(world.services);

  expect(rowsLeft(world, runId)).toHaveLength(2);
  expect(world.logged('rows remain that the archive of their run does not hold')).toEqual([
    expect.objectContaining({ runId, rows: 1 }),
  ]);
});
