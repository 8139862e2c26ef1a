import { expect, it } from 'vitest';
import { type GroupAnswer, GroupName } from '../../../../lib/containers/container-groups.ts';
import { deleteGroup } from '../../../../lib/pipeline/group/delete-group.ts';
import { UnitWorld } from '../unit-world.ts';

const GROUP = GroupName.parse('pw-scan-1-1');

async function deleted(answer: GroupAnswer) {
  const world = new UnitWorld();
  world.groups.delete = async () => answer;
  const now = world.clock.now();
  const returned = await deleteGroup(world.services, GROUP);
  const until = await world.services.throttle.heldUntil(now);
  const heldSeconds = until === undefined ? 0 : (until.getTime() - now.getTime()) / 1000;
  return { returned, heldSeconds, logged: world.logged('group not deleted') };
}

it('says nothing of a deletion that was accepted', async () => {
  expect(await deleted({ ok: true })).toEqual({
    returned: { ok: true },
    heldSeconds: 0,
    logged: [],
  });
});

it.each([
  ['throttled', undefined, 60],
  ['throttled', 7, 7],
  ['transitioning', 7, 0],
] as const)(
  'after %s (asked to wait: %s s) holds back new groups for %d s',
  async (refusal, asked, seconds) => {
    const answer = {
      ok: false,
      refusal,
      detail: '',
      ...(asked === undefined ? {} : { retryAfterSeconds: asked }),
    } as const;

    expect(await deleted(answer)).toEqual({
      returned: answer,
      heldSeconds: seconds,
      logged: [{ group: GROUP, refusal }],
    });
  },
);
