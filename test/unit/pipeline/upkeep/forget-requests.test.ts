import { expect, it } from 'vitest';
import { TableRequestKeys } from '../../../../lib/pipeline/stores/tables/table-request-keys.ts';
import { forgetRequests } from '../../../../lib/pipeline/upkeep/forget-requests.ts';
import { TABLES } from '../../../../lib/storage/tables.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { MemoryTables } from '../../../fakes/memory-tables.ts';

it('deletes requests after seven days, and keeps the others', async () => {
  const { keys, clock, digests } = await requests(['old', 'new'], 3.5 * 86_400);
  await forgetRequests(keys, clock);
  expect(digests()).toEqual(['old', 'new'].sort());
  clock.advance({ seconds: 1 });
  await forgetRequests(keys, clock);
  expect(digests()).toEqual(['new']);
});

it('deletes a hundred at once, and the rest later', async () => {
  const names = Array.from({ length: 120 }, (_, at) => `request ${at}`);
  const { keys, clock, digests } = await requests(names, 1);
  clock.advance({ seconds: 8 * 86_400 });
  await forgetRequests(keys, clock);
  expect(digests()).toHaveLength(20);
  await forgetRequests(keys, clock);
  expect(digests()).toEqual([]);
});

/** Each request comes some seconds after the one before. */
async function requests(names: readonly string[], seconds: number) {
  const tables = new MemoryTables();
  const clock = new ManualClock();
  const keys = new TableRequestKeys(tables);
  for (const name of names) {
    await keys.remember(name, { at: clock.now(), digest: name });
    clock.advance({ seconds });
  }
  const rows = () => tables.all(TABLES.state).map(({ entity }) => String(entity.digest));
  return { keys, clock, digests: () => rows().sort() };
}
