import { expect, it } from 'vitest';
import { groupsHold } from '../../../lib/history/groups-hold.ts';
import { TableThrottle } from '../../../lib/pipeline/stores/tables/table-throttle.ts';
import { MemoryTables } from '../../fakes/memory-tables.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 23, 2, 0, seconds));

it('reads why no container group starts, until the time has passed', async () => {
  const tables = new MemoryTables();
  expect(await groupsHold({ tables }, at(0))).toBeUndefined();
  const reason = { refusal: 'quota', detail: '409 ContainerGroupQuotaReached' } as const;
  await new TableThrottle(tables).holdUntil(at(30), reason);

  expect(await groupsHold({ tables }, at(0))).toEqual({ until: at(30), reason });
  expect(await groupsHold({ tables }, at(30))).toBeUndefined();
});
