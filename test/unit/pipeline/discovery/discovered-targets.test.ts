import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import {
  blankTarget,
  notFound,
  storeTargets,
} from '../../../../lib/pipeline/discovery/discovered-targets.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');
const V1 = Tag.parse('v1');
const RULE = { repository: API, tags: [V1], enabled: true };

it.each([
  [V1, 'the tag does not exist'],
  ['*', 'the repository does not exist'],
] as const)('ends a target that is not found: %s', async (tag, detail) => {
  const world = new UnitWorld();
  const run = await world.addRun();

  expect(notFound(world.services, run, RULE, tag)).toMatchObject({
    state: 'skipped',
    reason: 'not-found',
    detail,
    finishedAt: world.clock.now(),
  });
});

it('adds targets, and records in the inventory only those that have ended', async () => {
  const world = new UnitWorld();
  const run = await world.addRun();
  const v2 = Tag.parse('v2');
  const queued = blankTarget(world.services, run, RULE, V1);

  const windows = {
    ...blankTarget(world.services, run, RULE, v2),
    state: 'skipped',
    reason: 'windows',
    digest: digestOf('v2'),
    finishedAt: world.clock.now(),
  } as const;

  await storeTargets(world.services, [queued, windows]);

  expect(await world.targetAt(queued)).toMatchObject({ state: 'queued', round: 0, attempts: 0 });
  expect(await world.services.inventory.findTag({ repository: API, tag: V1 })).toBeUndefined();
  expect(await world.services.inventory.findTag({ repository: API, tag: v2 })).toBeDefined();
});

it('ends only the target whose row storage refuses', async () => {
  const world = new UnitWorld();
  const run = await world.addRun();
  const [v1, v2] = [V1, Tag.parse('v2')].map((tag) => blankTarget(world.services, run, RULE, tag));
  if (v1 === undefined || v2 === undefined) throw new Error('no targets');

  await storeTargets(world.services, [{ ...v1, fingerprint: 'f'.repeat(40_000) }, v2]);

  expect(await world.targetAt(v1)).toMatchObject({
    state: 'failed',
    reason: 'internal-error',
    detail: expect.stringContaining('longer than'),
  });
  expect(await world.targetAt(v2)).toMatchObject({ state: 'queued' });
});

it('keeps a target that an earlier step added', async () => {
  const world = new UnitWorld();
  const run = await world.addRun();
  const queued = blankTarget(world.services, run, RULE, V1);
  await storeTargets(world.services, [queued]);

  await storeTargets(world.services, [notFound(world.services, run, RULE, V1)]);

  expect(await world.targetAt(queued)).toMatchObject({ state: 'queued' });
  expect(await world.services.inventory.findTag({ repository: API, tag: V1 })).toBeUndefined();
});
