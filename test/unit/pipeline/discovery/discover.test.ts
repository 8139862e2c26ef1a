import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { discoverStep, giveRepositoryUp } from '../../../../lib/pipeline/discovery/discover.ts';
import { blankTarget } from '../../../../lib/pipeline/discovery/discovered-targets.ts';
import { targetIdOf } from '../../../../lib/pipeline/records/target.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { StorageError } from '../../../../lib/storage/storage-error.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');

const POLICY = {
  version: 'v1',
  'tag-convention': 'floating',
  repositories: [
    { repository: 'team/api', tags: ['v1', 'v2'] },
    { repository: 'team/off', tags: ['*'], enabled: false },
  ],
};

async function worldWith(policy: unknown = POLICY, database = true) {
  const world = new UnitWorld({ policy });
  if (database) await world.seedDatabase();
  const run = await world.addRun({ state: 'discovering' });
  return { world, run };
}

/** A run whose first step is done. */
async function begun() {
  const { world, run } = await worldWith();
  const step = await discoverStep(world.services, run);
  if ('fault' in step) throw new Error(step.detail);
  return { world, run: { ...run, ...step.changes } };
}

describe('the first step', () => {
  it('pins the policy and the database', async () => {
    const { world, run } = await worldWith();
    const database = await world.registry.tag(
      RepositoryName.parse('patchwright/trivy-db'),
      Tag.parse('2'),
    );

    expect(await discoverStep(world.services, run)).toEqual({
      changes: {
        policyBlob: `${run.id}/policy.json`,
        policyDigest: digestOf(JSON.stringify(POLICY)),
        tagConvention: 'floating',
        targetDays: world.services.options.targetDays,
        databaseDigest: database?.digest,
        databaseTime: world.clock.now(),
      },
    });
    expect(world.blobs.names(CONTAINERS.reports)).toEqual([`${run.id}/policy.json`]);
  });

  it('uses the policy that a step stored before it crashed', async () => {
    const { world, run } = await worldWith();
    const earlier = JSON.stringify({ ...POLICY, 'tag-convention': 'incremental' });
    await world.blobs.create(
      CONTAINERS.reports,
      `${run.id}/policy.json`,
      Buffer.from(earlier),
      'application/json',
    );

    expect(await discoverStep(world.services, run)).toMatchObject({
      changes: { policyDigest: digestOf(earlier), tagConvention: 'incremental' },
    });
  });

  it('fails without a database', async () => {
    const { world, run } = await worldWith(POLICY, false);

    expect(await discoverStep(world.services, run)).toEqual({
      fault: 'database-missing',
      detail: 'patchwright/trivy-db:2 does not exist in the registry',
    });
  });

  it('fails with each fault of the policy in a line', async () => {
    const { world, run } = await worldWith({ version: 'v2', repositories: [] });

    const step = await discoverStep(world.services, run);

    expect(step).toMatchObject({ fault: 'policy-invalid' });
    const lines = 'fault' in step ? step.detail.split('\n') : [];
    expect(lines[0]).toBe('in the setting PATCHWRIGHT_POLICY');
    expect(lines.length).toBeGreaterThan(2);
  });

  it('fails without a policy', async () => {
    const world = new UnitWorld({ pipeline: { policySetting: undefined } });
    const run = await world.addRun({ state: 'discovering' });

    expect(await discoverStep(world.services, run)).toMatchObject({ fault: 'policy-missing' });
  });
});

describe('a later step', () => {
  it('discovers the repository at the cursor', async () => {
    const { world, run } = await begun();
    await world.push('team/api', 'v1');

    expect(await discoverStep(world.services, run)).toEqual({ changes: { cursorTag: 'v2' } });
    expect(await world.target(run.id, 'team/api', 'v1')).toMatchObject({ state: 'queued' });
    expect(await world.target(run.id, 'team/api', 'v2')).toMatchObject({ reason: 'not-found' });
  });

  it('passes over a repository that is disabled', async () => {
    const { world, run } = await begun();

    expect(await discoverStep(world.services, { ...run, cursorRepository: 1 })).toEqual({
      changes: { cursorRepository: 2, cursorTag: '' },
    });
  });

  it('ends discovery after the last repository', async () => {
    const { world, run } = await begun();

    expect(await discoverStep(world.services, { ...run, cursorRepository: 2 })).toEqual({
      changes: { state: 'running' },
    });
  });

  it('throws if the stored policy is gone', async () => {
    const { world, run } = await begun();
    await world.blobs.delete(CONTAINERS.reports, run.policyBlob ?? '');

    await expect(discoverStep(world.services, run)).rejects.toThrow('was deleted');
  });
});

describe('a policy with entries that can’t be used', () => {
  const LENIENT = {
    version: 'v1',
    tag_convention: 'floating',
    repositories: [
      { repository: 'Team/api', tags: ['v1'] },
      { repository: 'team/api', tags: ['v1'] },
      { repository: 'team/api', tags: ['v 1'] },
      { repository: 'team/web', tags: ['*', 'v1'] },
      { repository: 'patchwright/worker', tags: ['*'] },
    ],
  };

  it('starts the run, with a warning for each unknown key', async () => {
    const { world, run } = await worldWith(LENIENT);

    const step = await discoverStep(world.services, run);

    expect(step).toMatchObject({
      changes: { warnings: expect.stringMatching(/^policy: the policy: .*"tag_convention"$/) },
    });
  });

  it('fails each of them with a row and its faults, after the other entries', async () => {
    const { world, run } = await worldWith(LENIENT);
    const begin = await discoverStep(world.services, run);
    const changes = 'changes' in begin ? begin.changes : {};
    const last = { ...run, ...changes, cursorRepository: 1 };

    const step = await discoverStep(world.services, last);

    expect(step).toEqual({ changes: { cursorRepository: 5, cursorTag: '' } });
    for (const [repository, detail] of [
      ['csscpolicies/patchpolicy/repositories-0', '"Team/api" must be lower-case'],
      ['csscpolicies/patchpolicy/repositories-2', '"v 1" must be 1 to 128'],
      ['team/web', 'must be ["*"] alone'],
      ['patchwright/worker', 'is reserved'],
    ] as const) {
      expect(await world.target(run.id, repository, '*')).toMatchObject({
        state: 'failed',
        reason: 'entry-invalid',
        detail: expect.stringContaining(detail),
      });
    }
    expect(await discoverStep(world.services, { ...last, cursorRepository: 5 })).toEqual({
      changes: { state: 'running' },
    });
  });

  it('fails none of them in a run of some images', async () => {
    const { world, run } = await worldWith(LENIENT);
    const begin = await discoverStep(world.services, run);
    const changes = 'changes' in begin ? begin.changes : {};
    const some = { ...run, ...changes, images: ['team/api:v1'], cursorRepository: 1 };

    expect(await discoverStep(world.services, some)).toEqual({ changes: { state: 'running' } });
  });

  it('keeps what the inventory has of their repositories', async () => {
    const { world, run } = await worldWith(LENIENT);
    const repository = RepositoryName.parse('team/web');
    const tag = Tag.parse('v1');
    const found = blankTarget(world.services, run, { repository }, tag);
    const discoveredAt = new Date(run.createdAt.getTime() - 1_000);
    await world.services.inventory.record({ ...found, state: 'clean', discoveredAt });
    const begin = await discoverStep(world.services, run);
    const changes = 'changes' in begin ? begin.changes : {};

    await discoverStep(world.services, { ...run, ...changes, cursorRepository: 5 });

    expect(await world.services.inventory.findTag({ repository, tag })).toMatchObject({
      present: true,
    });
  });
});

describe('giveRepositoryUp', () => {
  it('fails the tags of the repository, and goes on with the next', async () => {
    const { world, run } = await begun();

    const changes = await giveRepositoryUp(world.services, { ...run, detail: '503', errors: 6 });

    expect(changes).toEqual({
      cursorRepository: 1,
      cursorTag: '',
      errors: 0,
      warnings: expect.stringContaining('team/api was given up'),
    });
    for (const tag of ['v1', 'v2']) {
      expect(await world.target(run.id, 'team/api', tag)).toMatchObject({
        state: 'failed',
        reason: 'registry-error',
        detail: '503',
      });
    }
  });

  it('marks what earlier runs recorded as stale, until a run reads the repository again', async () => {
    const { world, run } = await begun();
    const earlier = { runId: run.id, tag: Tag.parse('v1'), digest: digestOf('v1') };
    const beforeRun = new Date(run.createdAt.getTime() - 1000);
    const old = target('team/api', 'v1', { ...earlier, state: 'clean', discoveredAt: beforeRun });
    const tag = { repository: API, tag: Tag.parse('v1') };
    await world.services.inventory.record({ ...old, tag: Tag.parse('v1') });

    await giveRepositoryUp(world.services, run);

    const stale = await world.services.inventory.findTag(tag);
    expect(stale).toMatchObject({ present: true, presentAt: beforeRun, staleSince: run.createdAt });
    await world.services.inventory.record({ ...old, discoveredAt: world.clock.now() });
    expect((await world.services.inventory.findTag(tag))?.staleSince).toBeUndefined();
  });

  it('stays with the repository while rows are left to be marked', async () => {
    const { world, run } = await begun();
    world.services.inventory.markStale = async () => false;

    expect(await giveRepositoryUp(world.services, { ...run, errors: 6 })).toEqual({ errors: 6 });
  });

  it('goes on with the next repository even if a row can’t be marked as stale', async () => {
    const { world, run } = await begun();
    world.services.inventory.markStale = async () => {
      throw new StorageError('invalid', 'a row is not readable');
    };

    const changes = await giveRepositoryUp(world.services, run);

    expect(changes).toMatchObject({ cursorRepository: run.cursorRepository + 1, errors: 0 });
    expect(world.log.map(({ message }) => message)).toContain('rows not marked as stale');
  });

  it('keeps the targets that were discovered', async () => {
    const { world, run } = await begun();
    await world.push('team/api', 'v1');
    await discoverStep(world.services, run);

    await giveRepositoryUp(world.services, run);

    expect(await world.target(run.id, 'team/api', 'v1')).toMatchObject({ state: 'queued' });
  });

  it('has nothing to give up before the policy is read and after the last repository', async () => {
    const { world, run } = await worldWith();
    expect(await giveRepositoryUp(world.services, run)).toBeUndefined();

    const later = await begun();
    const atEnd = { ...later.run, cursorRepository: 2 };
    expect(await giveRepositoryUp(later.world.services, atEnd)).toBeUndefined();
    expect(await later.world.services.targets.find(run.id, targetIdOf('team/api', 'v1'))).toBe(
      undefined,
    );
  });
});
