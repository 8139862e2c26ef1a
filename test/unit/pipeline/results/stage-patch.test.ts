import { describe, expect, it } from 'vitest';
import { baseLabels } from '../../../../lib/image/copa-config.ts';
import { type Digest, digestOf } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import { readImage } from '../../../../lib/pipeline/discovery/read-image.ts';
import { LeaseLost } from '../../../../lib/pipeline/lease.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import type { PartialPatch } from '../../../../lib/pipeline/results/accept-blocked.ts';
import { stagePatch } from '../../../../lib/pipeline/results/stage-patch.ts';
import { annotatedTag } from '../../../../lib/pipeline/staging/staging-names.ts';
import { allTargets, bySource } from '../../../../lib/pipeline/targets/job-targets.ts';
import { patchResult } from '../job/result-samples.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { pushSource, pushStaged, REPOSITORY, STAGING } from './staged-image.ts';

const POLICY = digestOf('policy');

/** A source with these tags, and the patch that its container pushed. */
async function setUp(
  tags: readonly string[] = ['v1'],
  others: (source: Digest) => readonly Target[] = () => [],
) {
  const world = new UnitWorld();
  await world.addRun({ policyDigest: POLICY });
  const source = await pushSource(world);
  const claimed = await pushStaged(world, source);
  const patching = { state: 'patching', sourceDigest: source, fingerprint: 'f' } as const;
  const held = await world.holdJob({ id: 'patch-1', kind: 'patch', attempt: 2 }, [
    ...others(source),
    ...tags.map((tag) => target('a', tag, patching)),
  ]);
  const stage = async (
    changes: { readonly claimed?: Digest; readonly partial?: PartialPatch } = {},
  ) => {
    const targets = await allTargets(world.services, held.job);
    const image = bySource(targets.filter(({ state }) => state === 'patching')).find(
      ({ repository, digest }) => repository === REPOSITORY && digest === source,
    );
    if (image === undefined) throw new Error('there is no image');
    const result = patchResult(held.job, { tools: { copa: '0.14.2', trivy: '0.74.0' } });
    return stagePatch(world.services, {
      held,
      image,
      claimed,
      partial: undefined,
      result,
      ...changes,
    });
  };
  const staged = async () => {
    const tag = annotatedTag(held.job, source);
    const stored = await world.registry.manifest(STAGING, tag);
    const image = stored && (await readImage(world.registry, STAGING, stored));
    return { digest: stored?.digest, ...image };
  };
  const rows = async (): Promise<readonly Target[]> => allTargets(world.services, held.job);
  return { world, source, claimed, held, stage, staged, rows };
}

describe('a staged patch', () => {
  it('says in its annotations what it is a patch of, and who made it', async () => {
    const { stage, staged, source } = await setUp();

    expect(await stage()).toBeUndefined();

    expect((await staged()).manifest?.annotations).toEqual({
      'sh.copa.patch.origin.kind': 'image-ref',
      'sh.copa.patch.origin.name': 'registry.example.com/a:v1',
      'sh.copa.patch.origin.digest': source,
      'io.patchwright.source.repository': 'a',
      'io.patchwright.source.digest': source,
      'io.patchwright.fingerprint': 'f',
      'io.patchwright.run': '20261123T020000Z-7f3a',
      'io.patchwright.policy': POLICY,
      'io.patchwright.tools': 'copa/0.14.2 trivy/0.74.0',
    });
  });

  it('is named for the first tag of its source that needs it', async () => {
    const other = { state: 'patching', fingerprint: 'other' } as const;
    const { stage, staged } = await setUp(['v2', 'v1'], (sourceDigest) => [
      target('a', 'u1', { state: 'scanning', sourceDigest }),
      target('a', 'u2', other),
      target('b', 'u3', { ...other, sourceDigest }),
    ]);

    await stage();

    const name = 'registry.example.com/a:v1';
    const { manifest } = await staged();
    expect(manifest?.annotations).toMatchObject({ 'sh.copa.patch.origin.name': name });
  });

  it("loses Copa's label", async () => {
    const { stage, staged } = await setUp();

    await stage();

    const { config } = await staged();
    expect(config && baseLabels(config)).toEqual([]);
  });

  it('moves its targets on to the verification of the annotated manifest', async () => {
    const { stage, staged, rows, claimed } = await setUp(['v1', 'v2']);

    await stage();

    const { digest } = await staged();
    expect(digest).not.toBe(claimed);
    const moved = {
      state: 'verifying',
      job: '',
      stagedRepository: STAGING,
      staged: digest,
      tools: 'copa/0.14.2 trivy/0.74.0',
      builder: 'mount-free',
    };
    expect(await rows()).toMatchObject([moved, moved]);
  });

  it('has the fingerprint of what it fixes if packages were left out', async () => {
    const { stage, staged, rows } = await setUp();
    const partial: PartialPatch = {
      blocked: [{ package: 'curl', reason: 'held' }],
      fixedFingerprint: 'partly',
    };

    await stage({ partial });

    const { manifest } = await staged();
    expect(manifest?.annotations?.['io.patchwright.fingerprint']).toBe('partly');
    expect(await rows()).toMatchObject([partial]);
  });

  it('is the same after a crash that left some of its targets behind', async () => {
    const { world, stage, rows } = await setUp(['v2', 'v1']);
    const { move } = world.services.targets;
    let moved = 0;
    world.services.targets.move = async (...args) => {
      moved += 1;
      if (moved === 2) throw new Error('the step crashed');
      return move.apply(world.services.targets, args);
    };
    await expect(stage()).rejects.toThrow('the step crashed');

    await stage();

    const [one, other] = await rows();
    expect(one?.staged).toBeDefined();
    expect(other?.staged).toBe(one?.staged);
  });
});

describe('a claimed patch', () => {
  it('is tried again if it is not in the staging repository', async () => {
    const { stage, rows } = await setUp();

    expect(await stage({ claimed: digestOf('elsewhere') })).toEqual({
      outcome: {
        state: 'failed',
        reason: 'staging-missing',
        detail: 'the result names a patch that is not in the staging repository',
      },
      again: true,
    });
    expect(await rows()).toMatchObject([{ state: 'patching' }]);
  });

  it('is not used if its source was deleted', async () => {
    const { world, stage, source } = await setUp();
    await world.registry.deleteManifest(REPOSITORY, source);

    expect(await stage()).toEqual({
      outcome: { state: 'skipped', reason: 'source-changed' },
      again: false,
    });
  });

  it('is rejected if it is not an image', async () => {
    const { world, stage } = await setUp();
    const index = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [],
    };
    const claimed = await world.registry.putManifest(STAGING, Tag.parse('index'), {
      bytes: Buffer.from(JSON.stringify(index)),
      mediaType: index.mediaType,
    });

    expect(await stage({ claimed })).toMatchObject({
      outcome: { state: 'rejected', reason: 'manifest-changed' },
      again: false,
    });
  });
});

it('writes nothing after the lease expired', async () => {
  const { world, stage, staged } = await setUp();
  world.clock.advance({ seconds: world.services.options.leaseSeconds });

  world.registry.putBlob = () => expect.fail('another step may own the work');

  await expect(stage()).rejects.toThrow(LeaseLost);
  expect((await staged()).digest).toBeUndefined();
});

it('does not put the manifest if the lease expired while the config was put', async () => {
  const { world, stage, staged } = await setUp();
  const { putBlob } = world.registry;
  world.registry.putBlob = async (...args) => {
    await putBlob.apply(world.registry, args);
    world.clock.advance({ seconds: world.services.options.leaseSeconds });
  };

  await expect(stage()).rejects.toThrow(LeaseLost);
  expect((await staged()).digest).toBeUndefined();
});
