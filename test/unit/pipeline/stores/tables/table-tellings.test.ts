import { beforeEach, describe, expect, it } from 'vitest';
import { RunId } from '../../../../../lib/pipeline/records/run-id.ts';
import { TableTellings } from '../../../../../lib/pipeline/stores/tables/table-tellings.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const RUN = RunId.parse('20261123T020000Z-7f3a');
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 23, 2, 0, seconds));
const lease = (from: number) => ({ from: at(from), until: at(from + 900) });

let tables: MemoryTables;
let tellings: TableTellings;
beforeEach(() => {
  tables = new MemoryTables();
  tellings = new TableTellings(tables);
});

describe('a run', () => {
  it('is taken by one round at a time', async () => {
    expect(await tellings.take(RUN, lease(0))).toMatchObject({ told: [], givenUp: [] });
    expect(await tellings.take(RUN, lease(1))).toBeUndefined();
  });

  it('is taken again once a lease has expired', async () => {
    await tellings.take(RUN, lease(0));

    expect(await tellings.take(RUN, lease(900))).toBeDefined();
  });

  it('keeps what was told, and is not taken before the next round is due', async () => {
    const held = await tellings.take(RUN, lease(0));
    const changes = { told: ['a', 'b'], nextAt: at(60), leaseUntil: undefined };
    if (held !== undefined) await tellings.save(held, changes);

    expect(await tellings.take(RUN, lease(59))).toBeUndefined();
    expect(await tellings.take(RUN, lease(60))).toMatchObject({ told: ['a', 'b'] });
  });

  it('is not saved by a round whose lease another one has taken', async () => {
    const first = await tellings.take(RUN, lease(0));
    await tellings.take(RUN, lease(900));

    expect(first && (await tellings.save(first, { told: ['a'] }))).toBeUndefined();
  });
});

it('has room for the keys of all events of a run', async () => {
  const held = await tellings.take(RUN, lease(0));
  const told = Array.from({ length: 510 }, (_, nth) => String(nth).padStart(32, '0'));
  if (held !== undefined) await tellings.save(held, { told, leaseUntil: undefined });

  const [row] = tables.all('PatchwrightState');
  // A column of Table Storage holds 32,768 UTF-16 units.
  expect(String(row?.entity.told).length).toBeLessThan(32_768);
  expect((await tellings.take(RUN, lease(1)))?.told).toEqual(told);
});

it('a receiver that is gone stays gone until it is revived', async () => {
  await tellings.markGone('a'.repeat(64), at(5));
  await tellings.markGone('a'.repeat(64), at(9));

  expect(await tellings.goneSince('a'.repeat(64))).toEqual(at(5));
  expect(await tellings.goneSince('b'.repeat(64))).toBeUndefined();
  await tellings.revive('a'.repeat(64));
  expect(await tellings.goneSince('a'.repeat(64))).toBeUndefined();
  await tellings.revive('a'.repeat(64));
});
