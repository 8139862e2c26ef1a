import { describe, expect, it } from 'vitest';
import {
  type ContainerStatus,
  GroupName,
  type GroupStatus,
} from '../../../../lib/containers/container-groups.ts';
import { adoptGroup, pollJob } from '../../../../lib/pipeline/job/poll-job.ts';
import { containerOf } from '../../../../lib/pipeline/records/container-names.ts';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { isTerminal } from '../../../../lib/pipeline/records/target-states.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { patchResult, scanResult, writeResult } from './result-samples.ts';

const GROUP = GroupName.parse('pw-scan-1-1');
const POLL = 15;
const NOW = Date.parse('2026-11-23T02:00:00Z');
const at = (seconds: number) => new Date(NOW + seconds * 1000);

/** A job whose group is in this state; ARM was asked long ago. */
async function setUp(
  status: GroupStatus | undefined,
  job: Partial<Job> = {},
  targets: readonly Target[] = [target('a', 'v1', { state: 'scanning' })],
) {
  const world = new UnitWorld({ pipeline: { pollSeconds: POLL } });
  await world.addRun();
  const held = await world.holdJob(
    {
      id: 'scan-1',
      kind: 'scan',
      attempt: 1,
      group: GROUP,
      deadline: at(2400),
      checkedAt: at(-3600),
      ...job,
    },
    targets,
  );
  let asked = 0;
  world.groups.get = async () => {
    asked += 1;
    return status;
  };
  return { world, held, asked: () => asked, poll: () => pollJob(world.services, held) };
}

function group(
  state: GroupStatus['state'],
  containers: Readonly<Record<string, ContainerStatus>> = {},
): GroupStatus {
  return { name: GROUP, state, containers, tags: {}, detail: `group ${state}` };
}

describe('pollJob', () => {
  it('prefers the result to the status of the group', async () => {
    const { world, held, asked, poll } = await setUp(group('running'));
    await writeResult(world, held.job, 'worker', scanResult(held.job));

    expect(await poll()).toMatchObject({ changes: { state: 'done' } });
    expect(asked()).toBe(0);
  });

  it.each([
    [-4 * POLL, 1],
    [-4 * POLL + 1, 0],
  ])(
    'asks ARM at every fourth poll only: %d s after the last time, %d requests',
    async (checked, requests) => {
      const { asked, poll } = await setUp(group('running'), { checkedAt: at(checked) });

      expect(await poll()).toEqual({
        changes: requests === 0 ? {} : { checkedAt: at(0) },
        delaySeconds: POLL,
      });
      expect(asked()).toBe(requests);
    },
  );

  it.each([
    ['stopped', 'group-lost', 'the group ended without a result: group stopped'],
    ['gone', 'group-lost', 'the group no longer exists'],
  ] as const)('loses the attempt if the group is %s', async (state, reason, detail) => {
    const { poll } = await setUp(state === 'gone' ? undefined : group(state));

    expect(await poll()).toMatchObject({ changes: { state: 'lost', reason, detail } });
  });

  it('loses the attempt at its deadline, without asking ARM', async () => {
    const { poll, asked } = await setUp(group('running'), { deadline: at(0) });

    expect(await poll()).toMatchObject({ changes: { state: 'lost', reason: 'timeout' } });
    expect(asked()).toBe(0);
  });

  it('takes a result that was written while ARM was asked', async () => {
    const { world, held, poll } = await setUp(group('stopped'));
    world.groups.get = async () => {
      await writeResult(world, held.job, 'worker', scanResult(held.job));
      return group('stopped');
    };

    expect(await poll()).toMatchObject({ changes: { state: 'done' } });
  });

  it('starts another group a minute after Azure could not provision this one', async () => {
    const { world, poll } = await setUp(group('lost'));

    expect(await poll()).toEqual({
      changes: { state: 'ready', detail: 'group lost' },
      delaySeconds: 60,
    });
    expect(await world.services.throttle.heldUntil(at(0))).toEqual(at(60));
  });
});

describe('a patch group that still runs', () => {
  const one = target('a', 'v1', { state: 'patching', fingerprint: 'f' });
  const other = target('b', 'v1', { state: 'patching', fingerprint: 'f' });
  const nameOf = ({ repository, sourceDigest }: Target) =>
    containerOf({ repository, digest: sourceDigest ?? '' });
  const stopped: ContainerStatus = { state: 'stopped', detail: 'exit code 1' };
  const running: ContainerStatus = { state: 'running', detail: '' };

  async function withContainers(ofOne: ContainerStatus, ofOther: ContainerStatus) {
    const status = group('running', { [nameOf(one)]: ofOne, [nameOf(other)]: ofOther });
    return setUp(status, { id: 'patch-1', kind: 'patch' }, [one, other]);
  }

  it('loses only the image whose container ended without a result', async () => {
    const { world, poll } = await withContainers(stopped, running);

    expect(await poll()).toMatchObject({ changes: { checkedAt: at(0) } });

    expect(await world.targetAt(one)).toMatchObject({ job: '', attempts: 1 });
    expect(await world.targetAt(other)).toMatchObject({ job: 'patch-1', attempts: 0 });
  });

  it('ends the job if no image is left', async () => {
    const { poll } = await withContainers(stopped, { state: 'lost', detail: '' });

    expect(await poll()).toMatchObject({ changes: { state: 'done' } });
  });

  it('takes a result that a container wrote just before it ended', async () => {
    const { world, held, poll } = await withContainers(stopped, running);
    const { get } = world.groups;
    world.groups.get = async (name) => {
      const digest = one.sourceDigest;
      const images = digest === undefined ? [] : [{ digest, outcome: 'nothing-to-do' } as const];
      await writeResult(world, held.job, nameOf(one), patchResult(held.job, { images }));
      return get(name);
    };

    await poll();

    expect(isTerminal((await world.targetAt(one)).state)).toBe(true);
    expect(await world.targetAt(other)).toMatchObject({ job: 'patch-1' });
  });
});

describe('adoptGroup', () => {
  const launching = { state: 'launching', launchedAt: at(0) } as const;

  it('finds the group whose creation was not answered', async () => {
    const { world, held } = await setUp(group('starting'), launching);

    expect(await adoptGroup(world.services, held)).toEqual({
      changes: { state: 'running', checkedAt: at(0) },
      delaySeconds: POLL,
    });
  });

  it.each([
    [8 * POLL - 1, { changes: {}, delaySeconds: POLL }],
    [8 * POLL, { changes: { state: 'ready' }, delaySeconds: 0 }],
  ])(
    'starts another group if none appears within eight polls: after %d s',
    async (seconds, end) => {
      const { world, held } = await setUp(undefined, launching);
      world.clock.advance({ seconds });

      expect(await adoptGroup(world.services, held)).toEqual(end);
    },
  );

  it('takes the result of a group that is already gone', async () => {
    const { world, held } = await setUp(undefined, launching);
    await writeResult(world, held.job, 'worker', scanResult(held.job));

    expect(await adoptGroup(world.services, held)).toMatchObject({ changes: { state: 'done' } });
  });
});
