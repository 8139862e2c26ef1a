import { expect, it } from 'vitest';
import { TableThrottle } from '../../../../../lib/pipeline/stores/tables/table-throttle.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 23, 2, 0, seconds));

it('holds nothing back at first', async () => {
  expect(await new TableThrottle(new MemoryTables()).heldUntil(at(0))).toBeUndefined();
});

it('holds back until the time, for every reader', async () => {
  const tables = new MemoryTables();
  await new TableThrottle(tables).holdUntil(at(30));

  expect(await new TableThrottle(tables).heldUntil(at(29))).toEqual(at(30));
  expect(await new TableThrottle(tables).heldUntil(at(30))).toBeUndefined();
});

it('moves the time later and never earlier', async () => {
  const throttle = new TableThrottle(new MemoryTables());
  await throttle.holdUntil(at(30));

  await throttle.holdUntil(at(20));
  expect(await throttle.heldUntil(at(0))).toEqual(at(30));
  await throttle.holdUntil(at(50));
  expect(await throttle.heldUntil(at(0))).toEqual(at(50));
});

it('tells why groups wait, as long as they do', async () => {
  const throttle = new TableThrottle(new MemoryTables());
  const reason = { refusal: 'capacity', detail: '409 ServiceUnavailable: not available' } as const;

  await throttle.holdUntil(at(30), reason);

  expect(await throttle.hold(at(29))).toEqual({ until: at(30), reason });
  expect(await throttle.hold(at(30))).toBeUndefined();
});

it('tells no reason that it does not know, as a later version may write', async () => {
  const tables = new MemoryTables();
  const row = { partitionKey: 'throttle', rowKey: 'container-groups', notBefore: at(30) };
  await tables.insert('PatchwrightState', { ...row, refusal: 'later', detail: 'x' });

  expect(await new TableThrottle(tables).hold(at(0))).toEqual({ until: at(30), reason: undefined });
});

it('writes nothing if the time stays', async () => {
  const tables = new MemoryTables();
  const throttle = new TableThrottle(tables);
  await throttle.holdUntil(at(30));
  const { writes } = tables;

  await throttle.holdUntil(at(30));

  expect(tables.writes).toBe(writes);
});

it('leaves the time of another writer that was first', async () => {
  const tables = new MemoryTables();
  const throttle = new TableThrottle(tables);
  const { insert } = tables;
  tables.insert = async (...args) => {
    tables.insert = insert;
    await throttle.holdUntil(at(40));
    return insert.apply(tables, args);
  };

  await throttle.holdUntil(at(30));

  expect(await throttle.heldUntil(at(0))).toEqual(at(40));
});
