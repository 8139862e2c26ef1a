import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ContainerGroups,
  type ContainerSpec,
  GroupName,
  type GroupSpec,
  type GroupStatus,
  GroupTag,
  MANAGED_BY,
} from '../../../lib/containers/container-groups.ts';

/** The behavior of a test's container: the last word of its command. */
export type Behavior = 'exit-0' | 'exit-3' | 'run-for-ever' | 'never-start' | 'fail-to-start';

export interface GroupsFixture {
  readonly groups: ContainerGroups;
  /** An image that can be pulled, and its credential. */
  readonly image: Pick<GroupSpec, 'image' | 'imageCredential'>;
  command(behavior: Behavior): readonly string[];
  /** Lets some time pass on the fixture's clock. */
  pass(): Promise<void>;
  close(): Promise<void>;
}

export interface FixtureLimits {
  readonly groups?: number;
  readonly creationsPerHour?: number;
}

const MANY_TIMES = 500;
const SECRET = 'a-secret-that-nobody-may-see';

/** The contract of `ContainerGroups`, for every adapter and the fake. */
export function describeContainerGroups(
  name: string,
  make: (limits: FixtureLimits) => Promise<GroupsFixture>,
): void {
  describe(`${name} as container groups`, () => {
    let fixture: GroupsFixture;
    let groups: ContainerGroups;
    async function start(limits: FixtureLimits = {}): Promise<void> {
      fixture = await make(limits);
      groups = fixture.groups;
    }
    afterEach(() => fixture.close());

    function specOf(behavior: Behavior, parts: Partial<GroupSpec> = {}): GroupSpec {
      return {
        name: GroupName.parse(`pw-${randomUUID()}`),
        sku: 'Standard',
        privileged: false,
        ...fixture.image,
        containers: [containerOf('worker', behavior)],
        tags: {
          [GroupTag.managedBy]: MANAGED_BY,
          [GroupTag.expiresAt]: '2026-11-23T03:00:00.000Z',
        },
        ...parts,
      };
    }
    function containerOf(
      container: string,
      behavior: Behavior,
      parts: Partial<ContainerSpec> = {},
    ): ContainerSpec {
      return {
        name: container,
        command: fixture.command(behavior),
        cpu: 1,
        memoryGb: 1,
        environment: { PATCHWRIGHT_JOB: 'job-1' },
        secretFiles: { 'job.json': `{"token":"${SECRET}"}` },
        secretsPath: '/run/patchwright',
        ...parts,
      };
    }
    async function created(behavior: Behavior, parts?: Partial<GroupSpec>): Promise<GroupSpec> {
      const spec = specOf(behavior, parts);
      const answer = await groups.create(spec);
      if (!answer.ok) throw new Error(answer.detail);
      return spec;
    }
    async function until(
      { name: group }: GroupSpec,
      accepted: (status: GroupStatus | undefined) => boolean,
    ): Promise<GroupStatus | undefined> {
      for (let times = 0; times < MANY_TIMES; times += 1) {
        const status = await groups.get(group);
        if (accepted(status)) return status;
        await fixture.pass();
      }
      throw new Error('the group never came into that state');
    }
    const inState = (state: GroupStatus['state']) => (status?: GroupStatus) =>
      status?.state === state;
    async function listed(): Promise<GroupStatus[]> {
      const all: GroupStatus[] = [];
      for await (const status of groups.list()) all.push(status);
      return all;
    }

    it('returns undefined for a missing group and a missing log', async () => {
      await start();
      const absent = GroupName.parse('pw-absent');

      expect(await groups.get(absent)).toBeUndefined();
      expect(await groups.logs(absent, 'worker')).toBeUndefined();
    });

    it('answers a creation before the container has started', async () => {
      await start();

      const spec = await created('never-start');

      const status = await groups.get(spec.name);
      expect(status).toMatchObject({ name: spec.name, state: 'starting' });
      expect(status?.tags).toEqual(spec.tags);
      expect(await groups.logs(spec.name, 'worker')).toBeUndefined();
    });

    it('runs the container once and keeps the group with its exit code and log', async () => {
      await start();
      const spec = await created('exit-0');

      const ended = await until(spec, inState('stopped'));

      expect(ended?.detail).toContain('(exit 0)');
      expect(ended?.tags).toEqual(spec.tags);
      expect(await groups.logs(spec.name, 'worker')).toMatch(/\S/);
    });

    it('runs several containers and shows the exit code of each while others run', async () => {
      await start();
      const containers = [
        containerOf('first', 'exit-0'),
        containerOf('second', 'exit-3'),
        containerOf('third', 'run-for-ever'),
      ];
      const spec = await created('exit-0', { containers });
      const ended = (status: GroupStatus | undefined, container: string) =>
        status?.containers[container]?.state === 'stopped';

      const status = await until(spec, (one) => ended(one, 'first') && ended(one, 'second'));

      expect(status?.state).toBe('running');
      expect(status?.containers.first?.detail).toContain('(exit 0)');
      expect(status?.containers.second?.detail).toContain('(exit 3)');
      expect(status?.containers.third?.state).toBe('running');
      expect(await groups.logs(spec.name, 'second')).toMatch(/\S/);
      expect(await groups.logs(spec.name, 'fourth')).toBeUndefined();
    });

    it('shows an exit code other than 0', async () => {
      await start();
      const spec = await created('exit-3');

      const ended = await until(spec, inState('stopped'));

      expect(ended?.detail).toContain('(exit 3)');
    });

    it('shows a group that could not be provisioned as lost, with the reason', async () => {
      await start();
      const spec = await created('fail-to-start');

      const lost = await until(spec, inState('lost'));

      expect(lost?.detail).toContain('InsufficientCapacity');
    });

    it('refuses a privileged container on the Standard SKU and creates no group', async () => {
      await start();
      const spec = specOf('exit-0', { privileged: true });

      const answer = await groups.create(spec);

      expect(answer).toMatchObject({ ok: false, refusal: 'configuration' });
      expect(answer).toHaveProperty(
        'detail',
        expect.stringContaining('SecurityContextNotSupported'),
      );
      expect(await groups.get(spec.name)).toBeUndefined();
    });

    it('accepts a privileged container with a scratch folder on the Confidential SKU', async () => {
      await start();

      const spec = await created('exit-0', {
        sku: 'Confidential',
        privileged: true,
        containers: [containerOf('worker', 'exit-0', { scratchPath: '/var/lib/scratch' })],
      });

      expect((await until(spec, inState('stopped')))?.detail).toContain('(exit 0)');
    });

    it('refuses a second creation while the group is still starting', async () => {
      await start();
      const spec = await created('never-start');

      const again = await groups.create(spec);

      expect(again).toMatchObject({ ok: false, refusal: 'transitioning' });
    });

    it('restarts a group that is created again under its name', async () => {
      await start();
      const spec = await created('exit-0');
      await until(spec, inState('stopped'));

      const again = await groups.create(spec);

      expect(again).toEqual({ ok: true });
      expect((await groups.get(spec.name))?.state).toBe('starting');
      expect((await until(spec, inState('stopped')))?.detail).toContain('(exit 0)');
    });

    it('deletes a running group without waiting for its end', async () => {
      await start();
      const spec = await created('run-for-ever');
      await until(spec, inState('running'));

      const answer = await groups.delete(spec.name);

      expect(answer).toEqual({ ok: true });
      await until(spec, (status) => status === undefined);
      expect(await listed()).toEqual([]);
    });

    it('deletes a missing group without an error', async () => {
      await start();

      const answer = await groups.delete(GroupName.parse('pw-absent'));

      expect(answer).toEqual({ ok: true });
    });

    it('refuses to create a group that is being deleted', async () => {
      await start();
      const spec = await created('exit-0');
      await until(spec, inState('stopped'));
      await groups.delete(spec.name);

      const again = await groups.create(spec);

      expect(again).toMatchObject({ ok: false, refusal: 'transitioning' });
    });

    it('lists only groups with our tag, without showing whether they have ended', async () => {
      await start();
      const ours = [await created('exit-0'), await created('exit-3'), await created('exit-0')];
      await created('exit-0', { tags: {} });
      await created('exit-0', { tags: { [GroupTag.managedBy]: 'somebody-else' } });
      for (const spec of ours) await until(spec, inState('stopped'));

      const all = await listed();

      expect(all.map((status) => status.name).sort()).toEqual(ours.map((spec) => spec.name).sort());
      expect(all.map(({ state }) => state)).toEqual(ours.map(() => 'running'));
      expect(all[0]?.tags).toEqual(ours[0]?.tags);
    });

    it('refuses with the quota while ended groups are not deleted', async () => {
      await start({ groups: 1 });
      const first = await created('exit-0');
      await until(first, inState('stopped'));

      const refused = await groups.create(specOf('exit-0'));
      await groups.delete(first.name);
      await until(first, (status) => status === undefined);
      const accepted = await groups.create(specOf('exit-0'));

      expect(refused).toMatchObject({ ok: false, refusal: 'quota' });
      expect(accepted).toEqual({ ok: true });
    });

    it('returns the delay to wait if too many groups were created within an hour', async () => {
      await start({ creationsPerHour: 1 });
      await created('exit-0');

      const answer = await groups.create(specOf('exit-0'));

      expect(answer).toMatchObject({ ok: false, refusal: 'throttled' });
      expect(answer).toHaveProperty('retryAfterSeconds', expect.closeTo(3600, -2));
    });
  });
}
