import { describe, expect, it } from 'vitest';
import {
  ContainerGroupsError,
  GroupName,
  type GroupStatus,
  GroupTag,
} from '../../../lib/containers/container-groups.ts';
import type { ContainerQuota } from '../../../lib/containers/container-quotas.ts';
import { groupChecks } from '../../../lib/doctor/group-checks.ts';
import { CheckSetup } from './check-setup.ts';

const GRACE_MINUTES = 30;

/** Returns a group that expired this number of minutes ago. */
function expiredFor(minutes: number): GroupStatus {
  const at = new Date(Date.parse('2026-11-23T02:00:00Z') - minutes * 60_000);
  return {
    name: GroupName.parse(`group-${minutes}`),
    state: 'running',
    containers: {},
    tags: { [GroupTag.expiresAt]: at.toISOString() },
    detail: '',
  };
}

describe('the check of the container groups', () => {
  async function listed(...groups: readonly GroupStatus[]) {
    const setup = new CheckSetup();
    setup.world.groups.list = async function* () {
      yield* groups;
    };
    return setup.run(groupChecks, 'container-groups');
  }

  it('passes if no group is past its expiry by more than the grace period', async () => {
    expect(await listed(expiredFor(-5), expiredFor(GRACE_MINUTES))).toEqual({
      status: 'pass',
      detail: expect.stringMatching(/ in \w+ has 2 of Patchwright’s groups now$/),
    });
  });

  it('warns of each group that the reaper should have deleted', async () => {
    expect(await listed(expiredFor(5), expiredFor(31), expiredFor(60))).toMatchObject({
      status: 'warn',
      detail: 'past their expiry: group-31, group-60',
    });
  });

  it('does not count a group without an expiry as expired', async () => {
    expect(await listed({ ...expiredFor(99), tags: {} })).toMatchObject({ status: 'pass' });
  });
});

describe('the check of a wait for Azure', () => {
  it('passes if nothing waits', async () => {
    expect(await new CheckSetup().run(groupChecks, 'container-waits')).toMatchObject({
      status: 'pass',
    });
  });

  it('warns of the refusal for which runs wait, with what to do if it lasts', async () => {
    const setup = new CheckSetup();
    const { clock, services } = setup.world;
    await services.throttle.holdUntil(new Date(clock.now().getTime() + 120_000), {
      refusal: 'capacity',
      detail: '409 ServiceUnavailable: not available in the location',
    });

    expect(await setup.run(groupChecks, 'container-waits')).toEqual({
      status: 'warn',
      detail: expect.stringMatching(
        /^Azure refused a container group, and the next one starts after 2026-\S+: 409 ServiceUnavailable: not available/,
      ),
      whatToDo: expect.stringContaining('use another PATCHWRIGHT_LOCATION'),
    });
  });
});

describe('the check of the quotas', () => {
  async function outcomeOf(
    quotas: readonly ContainerQuota[],
    kind: 'standard' | 'confidential' = 'standard',
  ) {
    const setup = new CheckSetup({ pipeline: { builder: { kind }, maxGroups: 10 } });
    setup.quotas = async () => quotas;
    return setup.run(groupChecks, 'container-quota');
  }
  const groups = (used: number, limit = 100) => ({ name: 'ContainerGroups', used, limit });
  const cores = (used: number, limit = 100, sku = 'Standard') => ({
    name: `${sku}Cores`,
    used,
    limit,
  });

  it('passes if no quota is exhausted', async () => {
    expect(await outcomeOf([groups(5), cores(20), cores(0, 0, 'Spot')])).toEqual({
      status: 'pass',
      detail: 'ContainerGroups 5 of 100, StandardCores 20 of 100',
    });
    expect(await outcomeOf([])).toMatchObject({ status: 'pass', detail: 'no quota applies' });
  });

  it.each([
    ['room for one group', [groups(99)], 'pass'],
    ['room for no group', [groups(100)], 'fail'],
    ['cores for one group', [cores(96)], 'pass'],
    ['too few cores for one group', [cores(97)], 'fail'],
  ])('passes only with room for one more group: %s', async (_, quotas, status) => {
    expect(await outcomeOf(quotas)).toMatchObject({ status });
  });

  it('names only the exhausted quotas', async () => {
    expect(await outcomeOf([groups(100), cores(0)])).toMatchObject({
      detail: expect.stringMatching(/^exhausted in \w+: ContainerGroups 100 of 100$/),
      whatToDo: expect.stringContaining('Raise the quota'),
    });
  });

  it.each([
    ['enough groups', [groups(0, 10)], 'pass'],
    ['too few groups', [groups(0, 9)], 'warn'],
    ['enough cores', [cores(0, 40)], 'pass'],
    ['too few cores', [cores(0, 39)], 'warn'],
  ])('compares the limits with PATCHWRIGHT_MAX_GROUPS: %s', async (_, quotas, status) => {
    expect(await outcomeOf(quotas)).toMatchObject({ status });
  });

  it('counts the quotas of the Confidential SKU only for its builder', async () => {
    const quotas = [cores(100, 100, 'Confidential')];

    expect(await outcomeOf(quotas)).toMatchObject({ status: 'pass' });
    expect(await outcomeOf(quotas, 'confidential')).toMatchObject({ status: 'fail' });
  });

  it('is skipped without the right to read the quotas, and throws any other failure', async () => {
    const setup = new CheckSetup();
    setup.quotas = async () => Promise.reject(new ContainerGroupsError('unauthorized', '403'));
    expect(await setup.run(groupChecks, 'container-quota')).toMatchObject({ status: 'skipped' });

    setup.quotas = async () => Promise.reject(new ContainerGroupsError('unavailable', '503'));
    await expect(setup.run(groupChecks, 'container-quota')).rejects.toThrow('503');
  });
});
