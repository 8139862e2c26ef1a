import { describe, expect, it } from 'vitest';
import { Annotation } from '../../../../lib/image/annotations.ts';
import { type Digest, sha256Hex } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import { TagConvention } from '../../../../lib/image/tag-convention.ts';
import { LeaseLost } from '../../../../lib/pipeline/lease.ts';
import {
  alreadyPublished,
  publishTarget,
} from '../../../../lib/pipeline/publish/publish-target.ts';
import type { Run } from '../../../../lib/pipeline/records/run.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { RegistryError } from '../../../../lib/registry/registry.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';
import { debianReport } from '../../../pipeline/debian-report.ts';
import { storeReport } from '../results/report-blobs.ts';
import { pushSource, pushStaged, REPOSITORY, STAGING } from '../results/staged-image.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const V1 = Tag.parse('v1');
const FIRST = Tag.parse('v1-1');
const FLOATING = Tag.parse('v1-patched');

const WANTED = sha256Hex('wanted');
const EARLIER = sha256Hex('earlier');

function ours(source: Digest, fingerprint = WANTED) {
  return {
    [Annotation.sourceRepository]: REPOSITORY,
    [Annotation.sourceDigest]: source,
    [Annotation.fingerprint]: fingerprint,
  };
}

/** A verified patch in staging, and the publish job of its target. */
async function setUp(changes: Partial<Target> = {}, run: Partial<Run> = {}) {
  const world = new UnitWorld();
  const { registry, services } = world;
  await world.addRun(run);
  const source = await pushSource(world, { tags: [V1] });
  const staged = await pushStaged(world, source, { annotations: ours(source) });
  await storeReport(
    world,
    'before.json',
    debianReport([{ id: 'CVE-1', package: 'apt', fixed: '1.1' }]),
  );
  await storeReport(world, 'after.json', debianReport([]));
  const own = target('a', 'v1', {
    state: 'publishing',
    digest: source,
    sourceDigest: source,
    staged,
    stagedRepository: STAGING,
    fingerprint: WANTED,
    reportBefore: 'before.json',
    reportAfter: 'after.json',
    ...changes,
  });
  const held = await world.holdJob({ id: 'publish-1', kind: 'publish', state: 'ready' }, [own]);
  const image = { repository: REPOSITORY, digest: source };
  /** Replaces the tag, as a CI may. */
  const push = async (tag: Tag, annotations: Readonly<Record<string, string>> = {}) => {
    const seed = { repository: REPOSITORY, tags: [tag], layers: [`of a CI: ${tag}`], annotations };
    return (await seedImage(registry, seed)).digest;
  };
  /** Publishes another patch of the source under the tag. */
  const pushOurs = async (tag: Tag, fingerprint = EARLIER) => {
    const digest = await push(tag, ours(source, fingerprint));
    await services.inventory.rememberPatches(image, [digest]);
    return digest;
  };
  const publish = async () => {
    await publishTarget(services, held, await world.targetAt(own));
    return world.targetAt(own);
  };
  const at = async (tag: Tag) => (await registry.tag(REPOSITORY, tag))?.digest;
  return { world, registry, own, image, source, staged, push, pushOurs, publish, at };
}

describe('publishTarget', () => {
  it('puts the staged manifest under the next tag, with referrers, and ends the target', async () => {
    const { world, registry, image, staged, publish, at } = await setUp();

    expect(await publish()).toMatchObject({
      state: 'patched',
      patchTag: FIRST,
      patchDigest: staged,
      finishedAt: world.clock.now(),
    });
    expect(await at(FIRST)).toBe(staged);
    expect(await registry.referrers(REPOSITORY, staged)).toHaveLength(4);
    expect(await world.services.inventory.findImage(image)).toMatchObject({
      patchDigests: [staged],
      newestPatch: staged,
      newestRun: '20261123T020000Z-7f3a',
    });
    expect(world.logged('target ended')).toHaveLength(1);
    expect(world.log).toHaveLength(1);
  });

  it('ends the back-off of the image', async () => {
    const { world, own, image, publish } = await setUp();
    const { inventory } = world.services;
    const failure = { runId: own.runId, fingerprint: WANTED, tools: 't', at: world.clock.now() };
    await inventory.backOff(image, failure);

    await publish();

    expect(await inventory.findImage(image)).toMatchObject({ failures: 0 });
  });

  it('publishes nothing if the tag was pushed again', async () => {
    const { push, publish, at } = await setUp();
    await push(V1);

    expect(await publish()).toMatchObject({ state: 'skipped', reason: 'source-changed' });
    expect(await at(FIRST)).toBeUndefined();
  });

  it('ends with the tag of the same patch, if one was published meanwhile', async () => {
    const { pushOurs, publish, at } = await setUp();
    const patchDigest = await pushOurs(FIRST, WANTED);

    expect(await publish()).toMatchObject({
      state: 'already-patched',
      patchTag: FIRST,
      patchDigest,
    });
    expect(await at(FIRST)).toBe(patchDigest);
  });

  it('fails if the patch is no longer in staging', async () => {
    const { registry, staged, publish } = await setUp();
    await registry.deleteManifest(STAGING, staged);

    const row = await publish();

    expect(row).toMatchObject({
      state: 'failed',
      reason: 'staging-missing',
      detail: 'the verified patch is no longer in the staging repository',
    });
    expect(row.patchTag).toBeUndefined();
  });

  it('publishes a patch that is in the repository already, without another copy of it', async () => {
    const { world, own, registry, source, at } = await setUp();
    const { digest } = await seedImage(registry, {
      repository: REPOSITORY,
      layers: ['one layer', 'of another tag'],
      annotations: ours(source, EARLIER),
    });
    registry.shareBlob = () => expect.fail('no blob is missing');
    const changes = { staged: digest, stagedRepository: REPOSITORY };
    await world.services.targets.change(await world.targetAt(own), changes);
    const held = await world.holdJob({ id: 'publish-2', kind: 'publish', state: 'ready' });

    await publishTarget(world.services, held, await world.targetAt(own));

    expect(await at(FIRST)).toBe(digest);
  });

  it('adopts a patch under its tag that another run made before the tables were lost', async () => {
    const { world, own, registry, source, at } = await setUp();
    const { digest } = await seedImage(registry, {
      repository: REPOSITORY,
      tags: [FIRST],
      layers: ['one layer', 'of another run'],
      annotations: ours(source),
    });
    registry.shareBlob = () => expect.fail('it is there');
    const changes = { staged: digest, stagedRepository: REPOSITORY, claimed: true };
    await world.services.targets.change(await world.targetAt(own), changes);
    const held = await world.holdJob({ id: 'publish-2', kind: 'publish', state: 'ready' });

    await publishTarget(world.services, held, await world.targetAt(own));

    expect(await at(FIRST)).toBe(digest);
    expect(await world.targetAt(own)).toMatchObject({
      state: 'already-patched',
      detail: FIRST,
      patchTag: FIRST,
      patchDigest: digest,
    });
  });

  it.each([{ staged: undefined }, { stagedRepository: undefined }, { tag: '*' }] as const)(
    'throws for a target with %o, which no verification left',
    async (changes) => {
      const { publish } = await setUp(changes);

      await expect(publish()).rejects.toThrow('nothing staged');
    },
  );
});

describe('a step after a crash', () => {
  it('publishes under the tag that was reserved', async () => {
    const reserved = Tag.parse('v1-7');
    const { staged, publish, at } = await setUp({ patchTag: reserved });

    expect(await publish()).toMatchObject({ state: 'patched', patchTag: reserved });
    expect(await at(reserved)).toBe(staged);
    expect(await at(FIRST)).toBeUndefined();
  });

  it('finishes what was published, although source and staging have changed', async () => {
    const { world, own, registry, staged, push, publish } = await setUp();
    const referrers = registry.referrers.bind(registry);
    registry.referrers = () => Promise.reject(new Error('the step crashed'));
    await expect(publish()).rejects.toThrow('the step crashed');
    registry.referrers = referrers;
    expect(await alreadyPublished(world.services, await world.targetAt(own))).toBe(true);
    await push(V1);
    await registry.deleteManifest(STAGING, staged);

    expect(await publish()).toMatchObject({ state: 'patched', patchTag: FIRST });
    expect(await registry.referrers(REPOSITORY, staged)).toHaveLength(4);
  });

  it('has published nothing if the reserved tag is absent or another image', async () => {
    const { world, own, push } = await setUp();
    const reserved = { ...own, patchTag: FIRST };

    expect(await alreadyPublished(world.services, own)).toBe(false);
    expect(await alreadyPublished(world.services, reserved)).toBe(false);
    await push(FIRST);
    expect(await alreadyPublished(world.services, reserved)).toBe(false);
  });
});

describe('a reserved tag', () => {
  it('is given up if another push took it, and the target stays for the next step', async () => {
    const { push, publish, at } = await setUp({ patchTag: FIRST });
    const foreign = await push(FIRST);

    const row = await publish();

    expect(row).toMatchObject({ state: 'publishing', job: 'publish-1' });
    expect(row.patchTag).toBeUndefined();
    expect(await at(FIRST)).toBe(foreign);
  });

  it('is given up if it has a number, even if an earlier patch of ours took it', async () => {
    const { pushOurs, publish, at } = await setUp({ patchTag: FIRST });
    const earlier = await pushOurs(FIRST);

    expect((await publish()).patchTag).toBeUndefined();
    expect(await at(FIRST)).toBe(earlier);
  });

  it('is moved from an earlier patch of ours if it floats', async () => {
    const { staged, pushOurs, publish, at } = await setUp({ patchTag: FLOATING });
    await pushOurs(FLOATING);

    expect(await publish()).toMatchObject({ state: 'patched', patchTag: FLOATING });
    expect(await at(FLOATING)).toBe(staged);
  });

  it('is moved from an earlier patch of ours if it floats by a template', async () => {
    const patchTag = Tag.parse('v1-secure');
    const tagConvention = TagConvention.parse('{tag}-secure');
    const { staged, pushOurs, publish, at } = await setUp({ patchTag, tagConvention });
    await pushOurs(patchTag);

    expect(await publish()).toMatchObject({ state: 'patched', patchTag });
    expect(await at(patchTag)).toBe(staged);
  });

  describe('with a floating tag besides', () => {
    const BOTH = { tagConvention: 'incremental', alsoFloating: 'floating' } as const;

    it('is put first, and then the floating tag, with one set of referrers', async () => {
      const { registry, staged, publish, at } = await setUp(BOTH);
      const put: string[] = [];
      const putManifest = registry.putManifest.bind(registry);
      registry.putManifest = (repository, reference, manifest) => {
        if (!reference.startsWith('sha256:')) put.push(reference);
        return putManifest(repository, reference, manifest);
      };

      const tags = { patchTag: FIRST, floatingTag: FLOATING };
      expect(await publish()).toMatchObject({ state: 'patched', ...tags });
      expect(put).toEqual([FIRST, FLOATING]);
      expect(await at(FLOATING)).toBe(staged);
      expect(await registry.referrers(REPOSITORY, staged)).toHaveLength(4);
    });

    it('is put once, and the floating tag is moved after a crash between them', async () => {
      const { world, registry, own, staged, pushOurs, publish, at } = await setUp(BOTH);
      await pushOurs(FLOATING);
      const { putManifest } = registry;
      const original = putManifest.bind(registry);
      registry.putManifest = (repository, reference, manifest) =>
        reference === FLOATING
          ? Promise.reject(new RegistryError('unavailable', '503'))
          : original(repository, reference, manifest);
      await expect(publish()).rejects.toThrow('503');
      expect(await world.targetAt(own)).toMatchObject({ state: 'publishing', patchTag: FIRST });
      registry.putManifest = original;

      expect(await publish()).toMatchObject({ state: 'patched', floatingTag: FLOATING });
      expect(await at(FLOATING)).toBe(staged);
      expect(await at(Tag.parse('v1-2'))).toBeUndefined();
    });

    it('stays published if the floating tag would be too long, and the target says so', async () => {
      const tag = Tag.parse('v'.repeat(124));
      const { world, own, publish } = await setUp({ ...BOTH, tag });
      await pushSource(world, { tags: [tag] });

      expect(await publish()).toMatchObject({
        state: 'skipped',
        reason: 'tag-limit',
        detail: expect.stringContaining('132 characters'),
        patchTag: `${tag}-1`,
      });
      expect(await world.targetAt(own)).not.toHaveProperty('floatingTag');
    });

    it('leaves the floating tag if the source was pushed again after a crash', async () => {
      const { world, registry, own, push, pushOurs, publish, at } = await setUp(BOTH);
      const earlier = await pushOurs(FLOATING);
      const original = registry.putManifest.bind(registry);
      registry.putManifest = (repository, reference, manifest) =>
        reference === FLOATING
          ? Promise.reject(new RegistryError('unavailable', '503'))
          : original(repository, reference, manifest);
      await expect(publish()).rejects.toThrow('503');
      registry.putManifest = original;
      await push(V1);

      expect(await publish()).toMatchObject({ state: 'patched', patchTag: FIRST });
      expect(await world.targetAt(own)).not.toHaveProperty('floatingTag');
      expect(await at(FLOATING)).toBe(earlier);
    });

    it('stays published if the floating tag is locked, and the target says so', async () => {
      const { registry, staged, pushOurs, publish, at } = await setUp(BOTH);
      await pushOurs(FLOATING);
      registry.setWritable(REPOSITORY, FLOATING, false);

      expect(await publish()).toMatchObject({
        ...{ state: 'failed', reason: 'tag-locked', detail: 'a:v1-patched is locked' },
        ...{ patchTag: FIRST, patchDigest: staged },
      });
      expect(await at(FIRST)).toBe(staged);
    });

    it('stays published if the floating tag is not ours, and the target says so', async () => {
      const { staged, push, publish, at } = await setUp(BOTH);
      const foreign = await push(FLOATING);

      expect(await publish()).toMatchObject({
        ...{ state: 'skipped', reason: 'tag-ambiguous', patchTag: FIRST, patchDigest: staged },
        detail: expect.stringContaining('v1-patched exists'),
      });
      expect(await at(FLOATING)).toBe(foreign);
    });
  });

  it('is given up if it floats and is not ours', async () => {
    const { push, publish, at } = await setUp({ patchTag: FLOATING });
    const foreign = await push(FLOATING);

    expect((await publish()).patchTag).toBeUndefined();
    expect(await at(FLOATING)).toBe(foreign);
  });

  it('fails the target if it is locked', async () => {
    const { registry, pushOurs, publish } = await setUp({ patchTag: FLOATING });
    await pushOurs(FLOATING);
    registry.setWritable(REPOSITORY, FLOATING, false);

    expect(await publish()).toMatchObject({
      state: 'failed',
      reason: 'tag-locked',
      detail: 'a:v1-patched is locked',
    });
  });

  it('fails the target with a reason of its own if the patch or the repository is locked', async () => {
    const { registry, staged, publish } = await setUp();
    registry.putManifest = () => Promise.reject(new RegistryError('locked', '405'));

    expect(await publish()).toMatchObject({
      state: 'failed',
      reason: 'manifest-locked',
      detail: `a@${staged} or the repository is locked, but not the tag v1-1`,
    });
  });

  it('stays reserved if the registry fails otherwise', async () => {
    const { world, own, registry, publish } = await setUp();
    registry.putManifest = () => Promise.reject(new RegistryError('unavailable', '503'));

    await expect(publish()).rejects.toThrow('503');
    expect(await world.targetAt(own)).toMatchObject({ state: 'publishing', patchTag: FIRST });
  });
});

describe('a push at the same time', () => {
  async function raceWith(moment: 'before our PUT' | 'after our PUT') {
    const setup = await setUp();
    const { world, registry, push, publish } = setup;
    const put = registry.putManifest.bind(registry);
    registry.putManifest = async (repository, reference, manifest) => {
      registry.putManifest = put;
      if (moment === 'before our PUT') await push(FIRST);
      world.clock.advance({ seconds: 1 });
      const digest = await put(repository, reference, manifest);
      if (moment === 'after our PUT') await push(FIRST);
      return digest;
    };
    const row = await publish();
    const races = world.log.filter(({ message }) => message.startsWith('tag race'));
    return { row, races, staged: setup.staged };
  }

  it('is reported if our PUT replaced it', async () => {
    const { row, races, staged } = await raceWith('before our PUT');

    expect(row).toMatchObject({ state: 'patched', patchTag: FIRST, replacedPush: true });
    expect(races).toEqual([
      {
        level: 'error',
        message: 'tag race: another push was replaced',
        fields: { image: 'a:v1-1', digest: staged },
      },
    ]);
  });

  it('is reported if it replaced our patch, which is then not published', async () => {
    const { row, races, staged } = await raceWith('after our PUT');

    expect(row).toMatchObject({ state: 'skipped', reason: 'tag-race-lost' });
    expect(row.patchTag).toBeUndefined();
    expect(races).toEqual([
      {
        level: 'error',
        message: 'tag race lost',
        fields: { image: 'a:v1-1', digest: staged },
      },
    ]);
  });
});

describe('a step whose lease expired', () => {
  it('does not put the tag', async () => {
    const { world, publish, at } = await setUp();
    world.clock.advance({ seconds: world.services.options.leaseSeconds });

    await expect(publish()).rejects.toThrow(LeaseLost);
    expect(await at(FIRST)).toBeUndefined();
  });

  it('does not attach referrers after a slow PUT', async () => {
    const { world, registry, staged, publish } = await setUp();
    const put = registry.putManifest.bind(registry);
    registry.putManifest = async (...args) => {
      world.clock.advance({ seconds: world.services.options.leaseSeconds });
      return put(...args);
    };

    await expect(publish()).rejects.toThrow(LeaseLost);
    expect(await registry.referrers(REPOSITORY, staged)).toEqual([]);
  });
});
