import { beforeEach, describe, expect, it } from 'vitest';
import { TableTimers } from '../../../../../lib/pipeline/stores/tables/table-timers.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 2, minute));

let tables: MemoryTables;
let timers: TableTimers;
beforeEach(() => {
  tables = new MemoryTables();
  timers = new TableTimers(tables);
});

describe('the reaper', () => {
  it('has not started at first', async () => {
    expect(await timers.reaperStartedAt()).toBeUndefined();
  });

  it('is awaited since the first call', async () => {
    expect(await timers.reaperAwaitedSince(at(0))).toEqual(at(0));
    expect(await timers.reaperAwaitedSince(at(5))).toEqual(at(0));
  });

  it('starts if it has not started since a time', async () => {
    expect(await timers.startReaper({ since: at(0), now: at(1) })).toBe(true);
    expect(await timers.startReaper({ since: at(0), now: at(2) })).toBe(false);
    expect(await timers.reaperStartedAt()).toEqual(at(1));
    expect(await timers.startReaper({ since: at(1), now: at(3) })).toBe(true);
    expect(await timers.reaperStartedAt()).toEqual(at(3));
  });

  it.each([0, 1])('starts once if two start it at the same time, with %i rows', async (rows) => {
    if (rows === 1) await timers.startReaper({ since: at(0), now: at(1) });
    const { get } = tables;
    tables.get = async (...args) => {
      tables.get = get;
      const stored = await get.apply(tables, args);
      await timers.startReaper({ since: at(1), now: at(4) });
      return stored;
    };

    expect(await timers.startReaper({ since: at(1), now: at(5) })).toBe(false);
    expect(await timers.reaperStartedAt()).toEqual(at(4));
  });
});

it('remembers since when a schedule is set', async () => {
  expect(await timers.scheduleSince('0 0 2 * * *', at(0))).toEqual(at(0));
  expect(await timers.scheduleSince('0 0 2 * * *', at(1))).toEqual(at(0));
  expect(await timers.scheduleSince('0 0 3 * * *', at(2))).toEqual(at(2));
  expect(await timers.scheduleSince('0 0 3 * * *', at(3))).toEqual(at(2));
});
