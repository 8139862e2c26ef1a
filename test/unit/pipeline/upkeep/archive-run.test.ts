import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { sha256Hex } from '../../../../lib/image/digest.ts';
import { archiveLine, archiveName } from '../../../../lib/pipeline/records/run-archive.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import type { Services } from '../../../../lib/pipeline/services.ts';
import { tableStores } from '../../../../lib/pipeline/stores/tables/table-stores.ts';
import { retain } from '../../../../lib/pipeline/upkeep/retain.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { StorageError } from '../../../../lib/storage/storage-error.ts';
import { TABLES } from '../../../../lib/storage/tables.ts';
import type { UnitWorld } from '../unit-world.ts';
import { recordLater, rowsArchived, rowsLeft, worldWithOldRun } from './old-run.ts';

const FAULTY = 'archive of an old run is faulty, its rows are kept';

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
  const { world, runId } = await worldWithOldRun({ targets: 30 });
  const before = rowsLeft(world, runId);

  await Promise.all([retain(world.services), retain(world.services)]);
  await retain(world.services);

  expect(rowsLeft(world, runId)).toEqual([]);
  expect(await rowsArchived(world, runId)).toHaveLength(before.length);
});

it('archives a run of more images than a page has, and deletes its rows in several rounds', async () => {
  const { world, runId } = await worldWithOldRun({ targets: 45 });
  const limits = { mostDeleted: 25, pageRows: 10 };

  await retain(world.services, limits);
  const left = rowsLeft(world, runId).length;
  await retain(world.services, limits);

  expect(left).toBe(45 + 4 - 30);
  expect(await rowsArchived(world, runId)).toHaveLength(45 + 4);
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
])(
  'deletes nothing if the blob of that name %s, says so once a day, and goes on with the next run',
  async (_, bytes) => {
    const { world, runId } = await worldWithOldRun();
    const before = rowsLeft(world, runId);
    const newer = RunId.parse('20260826T020000Z-0002');
    await world.addRun({ id: newer, state: 'completed', finishedAt: new Date(0) });
    await world.blobs.create(CONTAINERS.archive, archiveName(runId), bytes, 'application/gzip');

    await retain(world.services);
    expect(rowsLeft(world, newer)).toHaveLength(1);
    await retain(world.services);
    await retain(world.services);

    expect(rowsLeft(world, newer)).toEqual([]);
    expect(rowsLeft(world, runId)).toEqual(before);
    const blob = `patchwright-archive/${archiveName(runId)}`;
    const detail = expect.stringContaining(blob);
    const said = expect.objectContaining({ runId, blob, detail, whatToDo: expect.any(String) });
    expect(world.logged(FAULTY)).toEqual([said]);
    world.clock.set(new Date(world.clock.now().getTime() + 86_400_000));
    await retain(world.services);
    expect(world.logged(FAULTY)).toHaveLength(2);
  },
);

it('deletes nothing if the archive can not be read, and goes on with the next run', async () => {
  const { world, runId } = await worldWithOldRun();
  const before = rowsLeft(world, runId);
  const read = () => Promise.reject(new StorageError('unexpected', 'BlobArchived'));
  const blobs = { ...world.services.blobs, read };

  await retain({ ...world.services, blobs });

  expect(rowsLeft(world, runId)).toEqual(before);
  expect(world.logged(FAULTY)).toEqual([
    expect.objectContaining({ detail: expect.stringContaining('BlobArchived') }),
  ]);
});

it.each(['not-provisioned', 'denied', 'throttled', 'unavailable'] as const)(
  'fails if blobs are %s: that is no fault of one archive',
  async (code) => {
    const { world, runId } = await worldWithOldRun();
    const before = rowsLeft(world, runId);
    const read = () => Promise.reject(new StorageError(code, 'no answer'));
    const blobs = { ...world.services.blobs, read };

    await expect(retain({ ...world.services, blobs })).rejects.toThrow('no answer');

    expect(rowsLeft(world, runId)).toEqual(before);
    expect(world.logged(FAULTY)).toEqual([]);
  },
);

it('goes on with the next run if one has a row that can not be read, and tries again an hour later', async () => {
  const { world, runId } = await worldWithOldRun();
  const newer = RunId.parse('20260826T020000Z-0002');
  await world.addRun({ id: newer, state: 'completed', finishedAt: new Date(0) });
  const { runRows } = world.services;
  const others: typeof runRows.others = (id) => {
    if (id === runId) throw new StorageError('malformed', 'a column has an unknown type');
    return runRows.others(id);
  };
  const services = {
    ...world.services,
    runRows: { own: runRows.own.bind(runRows), others, delete: runRows.delete.bind(runRows) },
  };

  await expect(retain(services)).rejects.toThrow('unknown type');
  await retain(services);
  const left = [rowsLeft(world, runId).length, rowsLeft(world, newer).length];
  await retain(services);
  world.clock.set(new Date(world.clock.now().getTime() + 3_600_000));
  await expect(retain(services)).rejects.toThrow('unknown type');

  expect(left).toEqual([7, 0]);
});

it.each([
  ['was deleted', undefined],
  ['was replaced by another', 'another'],
])('deletes no more rows once the archive %s', async (_, note) => {
  const { world, runId } = await worldWithOldRun({ targets: 20 });
  await retain(world.services, { mostDeleted: 5, pageRows: 5 });
  const left = rowsLeft(world, runId);
  const name = archiveName(runId);
  await world.blobs.delete(CONTAINERS.archive, name);
  if (note !== undefined) {
    const [run] = world.tables.all(TABLES.runs).filter(({ entity }) => entity.runId === runId);
    if (run === undefined) throw new Error('there is no run');
    const line = archiveLine(TABLES.runs, { ...run.entity, note });
    await world.blobs.create(CONTAINERS.archive, name, gzipSync(`${line}\n`), 'application/gzip');
  }

  await retain(world.services);

  expect(left.length).toBeGreaterThan(10);
  expect(rowsLeft(world, runId)).toEqual(left);
  expect(world.logged(FAULTY)).toHaveLength(1);
});

it('notes where the rows are, what the blob holds, and its hash', async () => {
  const { world, runId } = await worldWithOldRun();

  await retain(world.services);

  const blob = await world.blobs.read(CONTAINERS.archive, archiveName(runId), 1e9);
  if (!blob.found) throw new Error('there is no archive');
  expect(await world.services.runArchives.find(runId)).toEqual({
    ...{ runId, blob: archiveName(runId), sha256: sha256Hex(blob.bytes) },
    ...{ bytes: blob.bytes.byteLength, rows: 7, archivedAt: world.clock.now() },
  });
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
  expect(world.logged(FAULTY)).toEqual([
    expect.objectContaining({ runId, detail: expect.stringContaining('1 rows') }),
  ]);
});

it('names a row that the archive lacks once, also if the rows take several rounds', async () => {
  const { world, runId } = await worldWithOldRun({ targets: 20 });
  const limits = { mostDeleted: 5, pageRows: 5 };
  await retain(world.services, limits);
  const [first] = world.tables.all(TABLES.targets);
  if (first === undefined) throw new Error('there is no target');
  await world.tables.replace(TABLES.targets, { ...first.entity, note: 'edited' }, first.etag);

  for (let round = 0; round < 6; round += 1) await retain(world.services, limits);

  expect(rowsLeft(world, runId)).toHaveLength(2);
  expect(world.logged(FAULTY)).toHaveLength(1);
});
