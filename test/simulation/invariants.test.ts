import { expect, it } from 'vitest';
import { GroupTag, MANAGED_BY } from '../../lib/containers/container-groups.ts';
import { StorageUse } from '../../lib/storage/storage-use.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryContainerGroups } from '../fakes/memory-container-groups.ts';
import { groupSpec } from '../unit/containers/group-spec.ts';
import { expiredGroupsLeft } from './invariants.ts';
import { clockOf, newTask } from './task.ts';

it('expects no deletion of a group that had not expired when the clock had jumped back', async () => {
  const clock = new ManualClock();
  const groups = new MemoryContainerGroups({
    clock,
    decide: () => ({ kind: 'runs', startsAfter: 10, runsFor: 20, work: async () => {} }),
  });
  const now = clock.now().getTime();
  const expiresAt = new Date(now + 60_000).toISOString();
  const spec = groupSpec({
    tags: { [GroupTag.managedBy]: MANAGED_BY, [GroupTag.expiresAt]: expiresAt },
  });
  await groups.create(spec);
  const instance = {
    ...{ name: 'A', storageUse: new StorageUse() },
    ...{ skewMs: 120_000, exits: 0, downUntil: 0 },
  };
  const reaper = newTask({ id: 1, name: 'reaper', instance, message: undefined, now });
  const early = expiredGroupsLeft({ groups }, reaper);

  instance.skewMs = 0;
  clockOf(reaper, now);

  expect(early).toEqual([`the reaper did not delete ${spec.name}, which had expired`]);
  expect(expiredGroupsLeft({ groups }, reaper)).toEqual([]);
});
