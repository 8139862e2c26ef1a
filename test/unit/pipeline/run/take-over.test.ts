import { describe, expect, it } from 'vitest';
import { Annotation } from '../../../../lib/image/annotations.ts';
import { digestOf, sha256Hex } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import type { Run } from '../../../../lib/pipeline/records/run.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { takeOver, waitForHolder } from '../../../../lib/pipeline/run/take-over.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';
import { UnitWorld } from '../unit-world.ts';
import { target } from './run-samples.ts';

const HOLDER = RunId.parse('20261122T020000Z-7f3a');
const OTHER = RunId.parse('20261121T020000Z-7f3a');
const DEADLINE = new Date('2026-11-23T14:00:00Z');
const SOURCE = digestOf('source');
const FINGERPRINT = sha256Hex('findings');

/** A queued target whose image is claimed by a run. The target waits for `heldBy`. */
async function setUp(
  setup: { holder?: Partial<Run>; claimedBy?: RunId; target?: Partial<Target> } = {},
) {
  const world = new UnitWorld();
  const { inventory } = world.services;
  const run = await world.addRun();
  if (setup.holder !== undefined) await world.addRun({ id: HOLDER, ...setup.holder });
  const [held] = await world.addTargets(
    target('a', 'v1', {
      digest: SOURCE,
      sourceDigest: SOURCE,
      heldBy: HOLDER,
      ...setup.target,
    }),
  );
  if (held === undefined) throw new Error('there is no target');
  const image = { repository: held.repository, digest: SOURCE };
  const claimedBy = setup.claimedBy ?? HOLDER;
  const over = new Set<string>();
  await inventory.claim(image, { id: claimedBy, deadline: DEADLINE }, { now: new Date(0), over });
  const take = async () => {
    const taken = await takeOver(world.services, run, [held]);
    return { taken, row: await world.targetAt(held), image: await inventory.findImage(image) };
  };
  return { world, run, held, take };
}

const PENDING = { lastLookAt: new Date('2026-11-23T03:20:00Z') };

describe('takeOver', () => {
  it.each([
    ['has completed', { state: 'completed', ...PENDING }],
    ['was canceled', { state: 'canceled', ...PENDING }],
    ['has failed, after its last look', { state: 'failed' }],
  ] as const)('claims an image whose holder %s', async (_, holder) => {
    const { world, run, take } = await setUp({ holder });

    const { taken, row, image } = await take();

    expect(taken).toBe(true);
    expect(row.heldBy).toBeUndefined();
    expect(image?.claimedBy).toBe(run.id);
    expect(world.logged('image taken over')).toEqual([{ runId: run.id, image: 'a:v1' }]);
  });

  it.each([
    ['is running', { state: 'running' }],
    ['has failed, before its last look', { state: 'failed', ...PENDING }],
    ['is unknown', undefined],
  ] as const)('leaves an image whose holder %s', async (_, holder) => {
    const { world, take } = await setUp({ ...(holder && { holder }) });
    const before = world.tables.writes;

    const { taken, row, image } = await take();

    expect(taken).toBe(false);
    expect(row.heldBy).toBe(HOLDER);
    expect(image?.claimedBy).toBe(HOLDER);
    expect(world.tables.writes).toBe(before);
  });

  it('claims an image whose claim has expired', async () => {
    const { world, take } = await setUp({ holder: { state: 'running' } });
    world.clock.set(new Date('2026-11-23T15:00:00Z'));

    expect(await take()).toMatchObject({ taken: true });
  });

  it('waits for a third run that has claimed the image meanwhile', async () => {
    const { world, take } = await setUp({ claimedBy: OTHER });

    const { taken, row } = await take();

    expect(taken).toBe(false);
    expect(row).toMatchObject({ state: 'queued', heldBy: OTHER });
    expect(world.logged('image held by another run')).toHaveLength(1);
  });

  it('throws for a target without a source', async () => {
    const { take } = await setUp({ target: { sourceDigest: undefined } });

    await expect(take()).rejects.toThrow('no source');
  });
});

describe('the patches of a target that was taken over', () => {
  const FIRST = Tag.parse('v1-1');
  const SECOND = Tag.parse('v1-2');
  const older = { tag: FIRST, digest: digestOf('older'), sourceDigest: SOURCE, fingerprint: 'o' };

  /** The other run has published a patch under the tag, and has recorded it in the inventory. */
  async function published(tag: Tag, own: Partial<Target>, recorded: Partial<Target> = {}) {
    const setup = await setUp({ holder: { state: 'completed' }, target: own });
    const { world, held } = setup;
    const { digest } = await seedImage(world.registry, {
      repository: held.repository,
      tags: [tag],
      annotations: {
        [Annotation.sourceRepository]: held.repository,
        [Annotation.sourceDigest]: SOURCE,
        [Annotation.fingerprint]: FINGERPRINT,
      },
    });
    const image = { repository: held.repository, digest: SOURCE };
    await world.services.inventory.rememberPatches(image, [digest]);
    await world.services.inventory.record({
      ...held,
      runId: HOLDER,
      state: 'patched',
      patchTag: tag,
      patchDigest: digest,
      finishedAt: world.clock.now(),
      ...recorded,
    });
    const { row } = await setup.take();
    return { digest, patches: row.patches };
  }

  it('include the one that the other run published', async () => {
    const { digest, patches } = await published(SECOND, { patches: [older] });

    expect(patches).toEqual([
      older,
      { tag: SECOND, digest, sourceDigest: SOURCE, fingerprint: FINGERPRINT },
    ]);
  });

  it('include only the newest of a tag that floats', async () => {
    const { digest, patches } = await published(FIRST, { patches: [older] });

    expect(patches).toEqual([
      { tag: FIRST, digest, sourceDigest: SOURCE, fingerprint: FINGERPRINT },
    ]);
  });

  it.each([
    ['the tag points to another image now', { digest: digestOf('another') }],
    [
      'the other run published none',
      { state: 'skipped', patchTag: undefined, patchDigest: undefined },
    ],
    ['no tag names the patch', { patchTag: undefined }],
    ['the patch was deleted', { patchDigest: digestOf('deleted') }],
  ] as const)('stay as they are if %s', async (_, recorded) => {
    const { patches } = await published(SECOND, { patches: [older] }, recorded);

    expect(patches).toEqual([older]);
  });

  it('stay as they are if the patch is among them', async () => {
    const { digest } = await published(SECOND, {});
    const own = { ...older, tag: SECOND, digest };

    const { patches } = await published(SECOND, { patches: [own, older] });

    expect(patches).toEqual([own, older]);
  });
});

it('waitForHolder names the run for which a target waits', async () => {
  const { world, held, run } = await setUp({ target: { heldBy: undefined } });

  await waitForHolder(world.services, held, OTHER);

  expect(await world.targetAt(held)).toMatchObject({ state: 'queued', heldBy: OTHER });
  expect(world.logged('image held by another run')).toEqual([
    { runId: run.id, image: 'a:v1', heldBy: OTHER },
  ]);
});
