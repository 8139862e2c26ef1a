import { isRestError } from '@azure/core-rest-pipeline';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ArmFixture, RESOURCE_GROUP, startArmFixture } from './arm-fixture.ts';
import type { GroupFault } from './group-fault.ts';

const SLEEPER = 'setInterval(() => {}, 1000); console.log("pid " + process.pid);';

describe('container groups, through the SDK', () => {
  let fixture: ArmFixture;

  afterEach(() => fixture.close());

  it('runs the worker with only the environment and secret files of its specification', async () => {
    fixture = await startArmFixture(`
      const { readFileSync, statSync } = require('node:fs');
      const folder = process.env.PATCHWRIGHT_JOB_FOLDER;
      console.log(JSON.stringify({
        argument: process.argv[2],
        job: readFileSync(folder + '/job.json', 'utf8'),
        mode: (statSync(folder + '/job.json').mode & 0o777).toString(8),
        folderMode: (statSync(folder).mode & 0o777).toString(8),
        scratchIsFolder: statSync(process.env.SCRATCH).isDirectory(),
        secure: process.env.SECURE,
        names: Object.keys(process.env).sort(),
      }));
    `);
    const group = fixture.group();
    const container = group.containers[0];
    if (container === undefined) {
      throw new Error('the fixture has no container');
    }
    container.environmentVariables = [
      { name: 'PATCHWRIGHT_JOB_FOLDER', value: '/run/job' },
      { name: 'SCRATCH', value: '/var/state/build' },
      { name: 'SECURE', secureValue: 'hidden' },
    ];
    container.volumeMounts = [
      { name: 'job', mountPath: '/run/job', readOnly: true },
      { name: 'state', mountPath: '/var/state/build' },
    ];
    group.volumes = [
      { name: 'job', secret: { 'job.json': Buffer.from('{"a":1}').toString('base64') } },
      { name: 'state', emptyDir: {} },
    ];

    const created = await fixture.client.containerGroups.beginCreateOrUpdateAndWait(
      RESOURCE_GROUP,
      'pw-scan-1',
      group,
      { updateIntervalInMs: 20 },
    );
    const ended = await endOf('pw-scan-1');
    const logs = await fixture.client.containers.listLogs(RESOURCE_GROUP, 'pw-scan-1', 'worker');

    expect(created.provisioningState).toBe('Succeeded');
    expect(ended.instanceView?.state).toBe('Succeeded');
    expect(ended.containers[0]?.instanceView?.currentState).toMatchObject({
      state: 'Terminated',
      exitCode: 0,
      detailStatus: 'Completed',
    });
    expect(JSON.parse(logs.content ?? '')).toEqual({
      argument: 'scan',
      job: '{"a":1}',
      mode: '600',
      folderMode: '700',
      scratchIsFolder: true,
      secure: 'hidden',
      names: ['HOME', 'PATCHWRIGHT_JOB_FOLDER', 'PATH', 'SCRATCH', 'SECURE', 'TMPDIR'],
    });
    expect(JSON.stringify(ended)).not.toMatch(/hidden|stub-password|eyJhIjoxfQ/);
    expect(ended.volumes?.[0]?.secret).toEqual({ 'job.json': null });
  });

  it('shows the exit code of a failed worker and does not restart it', async () => {
    fixture = await startArmFixture('process.exit(3)');

    await create('pw-scan-1');
    const ended = await endOf('pw-scan-1');

    expect(ended.instanceView?.state).toBe('Failed');
    expect(ended.containers[0]?.instanceView).toMatchObject({
      restartCount: 0,
      currentState: { state: 'Terminated', exitCode: 3, detailStatus: 'Error' },
    });
  });

  it('kills the worker of a deleted group, and then does not find the group', async () => {
    fixture = await startArmFixture(SLEEPER);
    await create('pw-scan-1');
    const pid = await pidFrom('pw-scan-1');

    await fixture.client.containerGroups.beginDeleteAndWait(RESOURCE_GROUP, 'pw-scan-1');

    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(get('pw-scan-1')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
  });

  it.each(['runs', 'has ended'])(
    'leaves no process behind that the worker started, while it %s',
    async (when) => {
      fixture = await startArmFixture(`
        const { spawn } = require('node:child_process');
        const idle = ['-e', 'setInterval(() => {}, 1000)'];
        const child = spawn(process.execPath, idle, { detached: true, stdio: 'inherit' });
        child.unref();
        console.log('pid ' + child.pid);
        if (${when === 'runs'}) setInterval(() => {}, 1000);
      `);
      await create('pw-patch-1');
      const pid = await pidFrom('pw-patch-1');

      if (when === 'runs') {
        await fixture.client.containerGroups.beginDeleteAndWait(RESOURCE_GROUP, 'pw-patch-1');
      } else {
        await endOf('pw-patch-1');
      }

      await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 10_000);
    },
  );

  it('ends every group when the server is closed', async () => {
    fixture = await startArmFixture(SLEEPER);
    await create('one');
    await create('two');
    const pids = [await pidFrom('one'), await pidFrom('two')];

    await fixture.arm.close();

    for (const pid of pids) {
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    }
  });

  it('answers the deletion of a missing group with success', async () => {
    fixture = await startArmFixture(SLEEPER);

    const deletion = fixture.client.containerGroups.beginDeleteAndWait(RESOURCE_GROUP, 'absent');

    await expect(deletion).resolves.toBeDefined();
  });

  it('lets a client follow a slow deletion to its end', async () => {
    fixture = await startArmFixture(SLEEPER, { deletionDelayMs: 100 });
    await create('pw-scan-1');

    await fixture.client.containerGroups.beginDeleteAndWait(RESOURCE_GROUP, 'pw-scan-1', {
      updateIntervalInMs: 20,
    });

    expect(fixture.arm.groups()).toEqual([]);
  });

  it('lists groups over several pages, without their instance views', async () => {
    fixture = await startArmFixture(SLEEPER, { pageSize: 2 });
    for (const name of ['one', 'two', 'three', 'four', 'five']) {
      await create(name, { tags: { 'managed-by': name } });
    }

    const byGroup = await all(fixture.client.containerGroups.listByResourceGroup(RESOURCE_GROUP));
    const bySubscription = await all(fixture.client.containerGroups.list());

    expect(byGroup.map((one) => one.tags?.['managed-by'])).toEqual([
      'one',
      'two',
      'three',
      'four',
      'five',
    ]);
    expect(bySubscription).toHaveLength(5);
    expect(byGroup[0]?.instanceView).toBeUndefined();
  });

  it('refuses a token for another audience', async () => {
    fixture = await startArmFixture(SLEEPER);

    const answer = fixture.stranger.containerGroups.get(RESOURCE_GROUP, 'any');

    await expect(answer).rejects.toMatchObject({ statusCode: 401, code: 'AuthenticationFailed' });
  });

  it('refuses a group whose image can’t be pulled with its credential', async () => {
    fixture = await startArmFixture(SLEEPER);
    const wrong = { ...fixture.registry.credential, password: 'wrong' };

    const answer = create('pw-scan-1', { imageRegistryCredentials: [wrong] });

    await expect(answer).rejects.toMatchObject({ statusCode: 400, code: 'InaccessibleImage' });
    expect(fixture.arm.groups()).toEqual([]);
  });

  it('throttles creations above the rate and gives the time to wait', async () => {
    fixture = await startArmFixture(SLEEPER, {
      quotas: { creations: { perHour: 300, perFiveMinutes: 2 } },
    });
    await create('one');
    await create('two');

    const answer = await create('three').catch((error: unknown) => error);

    expect(answer).toMatchObject({ statusCode: 429, code: 'TooManyRequests' });
    const wait = isRestError(answer) ? answer.response?.headers.get('retry-after') : '';
    expect(Number(wait)).toBeGreaterThan(0);
  });

  it('refuses a group above the quota until one is deleted', async () => {
    fixture = await startArmFixture('', { quotas: { groups: 1 } });
    await create('one');
    await endOf('one');

    const refused = create('two');

    await expect(refused).rejects.toMatchObject({
      statusCode: 409,
      code: 'ContainerGroupQuotaReached',
    });
    await fixture.client.containerGroups.beginDeleteAndWait(RESOURCE_GROUP, 'one');
    await expect(create('two')).resolves.toBeDefined();
  });

  it.each<readonly [GroupFault, object]>([
    [
      { kind: 'refused', with: 'quota' },
      { statusCode: 409, code: 'ContainerGroupQuotaReached' },
    ],
    [
      { kind: 'refused', with: 'capacity' },
      { statusCode: 409, code: 'ServiceUnavailable' },
    ],
    [
      { kind: 'refused', with: 'network' },
      { statusCode: 409, code: 'ServiceAssociationLinkNotReady' },
    ],
    [
      { kind: 'refused', with: 'throttled' },
      { statusCode: 429, code: 'TooManyRequests' },
    ],
    [
      { kind: 'refused', with: 'transitioning' },
      { statusCode: 409, code: 'ContainerGroupTransitioning' },
    ],
    [
      { kind: 'refused', with: 'image' },
      { statusCode: 400, code: 'InaccessibleImage' },
    ],
    [
      { kind: 'refused', with: 'server-error' },
      { statusCode: 500, code: 'InternalServerError' },
    ],
  ])('refuses a creation as planned: %o', async (fault, expected) => {
    fixture = await startArmFixture(SLEEPER, { faults: () => fault });

    await expect(create('one')).rejects.toMatchObject(expected);
    expect(fixture.arm.groups()).toEqual([]);
  });

  it('fails only the nth creation if planned', async () => {
    fixture = await startArmFixture(SLEEPER, {
      faults: (_, nth) => (nth === 2 ? { kind: 'refused', with: 'capacity' } : undefined),
    });

    await create('one');
    await expect(create('two')).rejects.toMatchObject({ code: 'ServiceUnavailable' });
    await create('three');

    expect(fixture.arm.groups().map((group) => group.name)).toEqual(['one', 'three']);
  });

  it('creates the group although the response is lost', async () => {
    fixture = await startArmFixture(SLEEPER, { faults: () => ({ kind: 'answer-lost' }) });

    await expect(create('one')).rejects.toThrow();
    expect(fixture.arm.groups()).toHaveLength(1);
  });

  it('reports a failed provisioning with the event that explains it', async () => {
    fixture = await startArmFixture(SLEEPER, {
      faults: () => ({ kind: 'provisioning-failed', event: 'InsufficientCapacity' }),
    });
    // The SDK's poller throws if its first poll is late enough to see the end.
    await create('one').catch(() => undefined);

    const group = await until('one', (one) => one.provisioningState === 'Failed');

    expect(group.instanceView?.events?.[0]).toMatchObject({ name: 'InsufficientCapacity' });
    expect(group.containers[0]?.instanceView?.currentState?.state).toBe('Waiting');
  });

  it('forgets a group that disappears, and ends its process', async () => {
    fixture = await startArmFixture(SLEEPER, {
      faults: () => ({ kind: 'vanishes', afterMs: 50 }),
    });
    await create('one');

    const answer = await vi.waitFor(async () => {
      const error: unknown = await get('one').then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeDefined();
      return error;
    }, 10_000);

    expect(answer).toMatchObject({ statusCode: 404 });
  });

  it.each<readonly [GroupFault, object]>([
    [
      { kind: 'out-of-memory', afterMs: 20 },
      { exitCode: 137, detailStatus: 'OOMKilled' },
    ],
    [
      { kind: 'ends-without-running', exitCode: 0 },
      { exitCode: 0, detailStatus: 'Completed' },
    ],
  ])('ends a container as planned: %o', async (fault, expected) => {
    fixture = await startArmFixture(SLEEPER, { faults: () => fault });
    await create('one');

    const group = await endOf('one');

    expect(group.containers[0]?.instanceView?.currentState).toMatchObject(expected);
  });

  it('restarts a container if planned, and counts the restart', async () => {
    fixture = await startArmFixture(SLEEPER, {
      faults: () => ({ kind: 'restarted', afterMs: 20 }),
    });
    await create('one');

    const group = await until(
      'one',
      (one) =>
        one.containers[0]?.instanceView?.restartCount === 1 &&
        one.containers[0].instanceView.currentState?.state === 'Running',
    );

    expect(group.containers[0]?.instanceView?.previousState).toMatchObject({ exitCode: 137 });
  });

  it('keeps a group pending forever if planned', async () => {
    fixture = await startArmFixture('', { faults: () => ({ kind: 'stays-pending' }) });

    await create('one');

    expect((await get('one')).instanceView?.state).toBe('Pending');
  });

  function create(name: string, parts: Parameters<ArmFixture['group']>[0] = {}) {
    return fixture.client.containerGroups.beginCreateOrUpdate(
      RESOURCE_GROUP,
      name,
      fixture.group(parts),
    );
  }

  function get(name: string) {
    return fixture.client.containerGroups.get(RESOURCE_GROUP, name);
  }

  type Got = Awaited<ReturnType<typeof get>>;

  async function until(name: string, holds: (group: Got) => boolean): Promise<Got> {
    return vi.waitFor(async () => {
      const group = await get(name);
      expect(holds(group)).toBe(true);
      return group;
    }, 15_000);
  }

  /** The process id that the worker wrote to its log. */
  function pidFrom(name: string): Promise<number> {
    return vi.waitFor(async () => {
      const logs = await fixture.client.containers.listLogs(RESOURCE_GROUP, name, 'worker');
      const found = Number(/pid (\d+)/.exec(logs.content ?? '')?.[1]);
      expect(found).toBeGreaterThan(0);
      return found;
    }, 15_000);
  }

  function endOf(name: string): Promise<Got> {
    return until(
      name,
      (group) => group.containers[0]?.instanceView?.currentState?.state === 'Terminated',
    );
  }

  async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
    const found: T[] = [];
    for await (const one of list) {
      found.push(one);
    }
    return found;
  }
});
