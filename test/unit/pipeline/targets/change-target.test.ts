import { beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import type { Stored } from '../../../../lib/pipeline/stores/stored.ts';
import {
  finishTarget,
  handBack,
  isExhausted,
  refuseClaim,
} from '../../../../lib/pipeline/targets/change-target.ts';
import { PipelineWorld } from '../../../pipeline/pipeline-world.ts';
import { target } from '../run/run-samples.ts';

const LOST = { state: 'failed', reason: 'group-lost', detail: 'the group is gone' } as const;

let world: PipelineWorld;

beforeEach(() => {
  const policy = { version: 'v1', repositories: [{ repository: 'a', tags: ['v1'] }] };
  world = new PipelineWorld({ policy, script: { report: () => ({}) } });
});

async function stored(changes: Partial<Target> = {}): Promise<Stored<Target>> {
  const added = target('a', 'v1', {
    sourceDigest: digestOf('source'),
    fingerprint: 'f',
    ...changes,
  });
  await world.services.targets.addMissing([added]);
  const found = await world.services.targets.find(added.runId, added.id);
  if (found === undefined) throw new Error('there is no target');
  return found;
}

const image = async () => {
  const { repository } = target('a', 'v1');
  return world.services.inventory.findImage({ repository, digest: digestOf('source') });
};

describe('finishTarget', () => {
  it('writes the outcome, the time and the inventory record of the tag', async () => {
    const scanning = await stored({ state: 'scanning' });

    const ended = await finishTarget(world.services, scanning, { state: 'clean' });

    expect(ended).toMatchObject({ state: 'clean', finishedAt: world.clock.now() });
    const { repository } = scanning;
    const tag = Tag.parse('v1');
    expect(await world.services.inventory.findTag({ repository, tag })).toMatchObject({
      state: 'clean',
    });
  });

  it('shortens the detail to one line of at most 1000 characters', async () => {
    const detail = `a\nb ${'x'.repeat(2000)}`;

    const ended = await finishTarget(world.services, await stored(), { ...LOST, detail });

    expect(ended?.detail).toBe(`a b ${'x'.repeat(995)}…`);
  });

  it('drops a reserved tag unless a patch was published under it', async () => {
    const publishing = { state: 'publishing', patchTag: Tag.parse('v1-1') } as const;
    const patched = await stored({ ...publishing, patchDigest: digestOf('patch') });

    expect(await finishTarget(world.services, patched, { state: 'patched' })).toMatchObject({
      patchTag: 'v1-1',
    });

    world = new PipelineWorld({ policy: {}, script: { report: () => ({}) } });
    const ended = await finishTarget(world.services, await stored(publishing), LOST);
    expect(ended?.state).toBe('failed');
    expect(ended?.patchTag).toBeUndefined();
  });

  it.each([
    ['patching', true],
    ['verifying', true],
    ['scanning', false],
    ['publishing', false],
  ] as const)('backs off the image after a failure while %s: %s', async (state, backsOff) => {
    await finishTarget(world.services, await stored({ state }), LOST);

    expect((await image())?.retryAfter !== undefined).toBe(backsOff);
  });

  it('writes nothing if another step ended the target first', async () => {
    const patching = await stored({ state: 'patching' });
    await finishTarget(world.services, patching, { state: 'canceled', reason: 'canceled' });
    const before = world.tables.writes;

    expect(await finishTarget(world.services, patching, LOST)).toBeUndefined();
    expect(world.tables.writes).toBe(before);
    expect(await image()).toBeUndefined();
  });
});

describe('handBack', () => {
  it('returns the target to the tick and counts an attempt only if it is to blame', async () => {
    const held = await stored({ state: 'scanning', job: 'scan-1', attempts: 1 });

    const spared = await handBack(world.services, held, { blame: false, outcome: LOST });
    expect(spared).toMatchObject({ state: 'scanning', job: '', attempts: 1 });
    if (spared === undefined) throw new Error('the target is gone');
    const blamed = await handBack(world.services, spared, { blame: true, outcome: LOST });
    expect(blamed).toMatchObject({ state: 'scanning', job: '', attempts: 2 });
  });

  it('ends a target that lost its third attempt', async () => {
    const held = await stored({ state: 'scanning', job: 'scan-1', attempts: 2 });

    expect(await handBack(world.services, held, { blame: true, outcome: LOST })).toMatchObject({
      ...LOST,
      attempts: 3,
    });
  });
});

describe('a target whose image claims to be patched already', () => {
  const claimed = {
    state: 'verifying',
    claimed: true,
    staged: digestOf('claimed'),
    job: 'verify-1',
    attempts: 2,
  } as const;

  it('is patched if the claim lost its third attempt', async () => {
    const held = await stored(claimed);

    const patching = await handBack(world.services, held, { blame: true, outcome: LOST });

    expect(patching).toMatchObject({ state: 'patching', job: '', attempts: 0 });
    expect(patching?.claimed).toBeUndefined();
    expect(patching?.staged).toBeUndefined();
  });

  it('ends, without a back-off, if its patch could get no tag', async () => {
    const tagged = { tagFault: 'tag-ambiguous', detail: 'v1-patched is not ours' } as const;

    const ended = await refuseClaim(world.services, await stored({ ...claimed, ...tagged }));

    expect(ended).toMatchObject({
      state: 'skipped',
      reason: 'tag-ambiguous',
      detail: 'v1-patched is not ours',
    });
    expect(await image()).toBeUndefined();
  });

  it('ends if nothing can patch it', async () => {
    const builder = { kind: 'none' } as const;
    world = new PipelineWorld({
      policy: {},
      script: { report: () => ({}) },
      pipeline: { builder },
    });

    const ended = await refuseClaim(world.services, await stored(claimed));

    expect(ended).toMatchObject({ state: 'failed', reason: 'no-builder' });
    expect(await image()).toBeUndefined();
  });
});

it.each([
  [0, false],
  [1, false],
  [2, true],
])('isExhausted after %d lost attempts is %s', (attempts, last) => {
  expect(isExhausted(target('a', 'v1', { attempts }))).toBe(last);
});
