import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { recordUnlisted } from '../../../../lib/pipeline/discovery/unlisted-predecessors.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');
const [V1, FIRST, SECOND] = [Tag.parse('v1'), Tag.parse('v1-1'), Tag.parse('v1-2')];

it.each([
  [['v1'], [true, false]],
  [
    ['v1', 'v1-1'],
    [false, false],
  ],
  [['*'], [false, false]],
])('with the tags %j of the policy, records those of the predecessor: %j', async (tags, known) => {
  const { services, addRun } = bound(new UnitWorld());
  const candidates = [FIRST, SECOND].map((tag) => ({ tag, digest: digestOf(tag) }));

  await recordUnlisted(services, {
    run: await addRun(),
    rule: { repository: API, tags: tags.map(tagOf), enabled: true },
    tag: V1,
    candidates,
    existing: [
      { tag: FIRST, kind: 'predecessor' },
      { tag: SECOND, kind: 'claimed' },
    ],
  });

  const found = candidates.map((one) =>
    services.inventory.isPredecessor({ repository: API, ...one }),
  );
  expect(await Promise.all(found)).toEqual(known);
});

it('the inventory knows such a patch by its digest', async () => {
  const { services, addRun } = bound(new UnitWorld());
  const { id: runId } = await addRun();
  const patch = { repository: API, tag: FIRST, digest: digestOf('one'), patchOf: V1, runId };
  await services.inventory.recordPredecessor({ ...patch, seenAt: services.clock.now() });

  expect(await services.inventory.isPredecessor(patch)).toBe(true);
  expect(await services.inventory.findPatchBase(patch)).toBe('v1');
  const moved = { ...patch, digest: digestOf('another') };
  expect(await services.inventory.isPredecessor(moved)).toBe(false);
});

it('the inventory knows such a patch again after its own tag left the policy', async () => {
  const world = new UnitWorld();
  const { services } = world;
  const { id: runId } = await world.addRun();
  const digest = await world.push(API, FIRST);
  const patch = { repository: API, tag: FIRST, digest };
  const discoveredAt = services.clock.now();
  const row = { id: 'v1-1', runId, repository: API, tag: FIRST, state: 'clean', digest } as const;
  const counted = { patches: [], job: '', round: 0, attempts: 0, discoveredAt };
  await services.inventory.record({ ...row, ...counted });
  const left = { wanted: new Set<Tag>(), tags: new Map([[FIRST, { digest }]]), runId };
  const at = new Date(services.clock.now().getTime() + 1000);
  await services.inventory.retire(API, { ...left, since: at, listedAt: at });

  await services.inventory.recordPredecessor({ ...patch, patchOf: V1, runId, seenAt: at });

  expect(await services.inventory.isPredecessor(patch)).toBe(true);
});

function bound(world: UnitWorld) {
  return { services: world.services, addRun: () => world.addRun() };
}

function tagOf(text: string): Tag | '*' {
  return text === '*' ? '*' : Tag.parse(text);
}
