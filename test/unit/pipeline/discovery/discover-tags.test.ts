import { describe, expect, it } from 'vitest';
import { Annotation } from '../../../../lib/image/annotations.ts';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { discoverTags } from '../../../../lib/pipeline/discovery/discover-tags.ts';
import type { Run } from '../../../../lib/pipeline/records/run.ts';
import { type Policy, parsePolicy } from '../../../../lib/policy/policy.ts';
import { RegistryError, type RegistryErrorCode } from '../../../../lib/registry/registry.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');

function policyFor(tags: readonly string[]): Policy {
  const document = { version: 'v1', repositories: [{ repository: API, tags }] };
  const parsed = parsePolicy(JSON.stringify(document));
  if (!parsed.ok) throw new Error(parsed.fault.join());
  return parsed.value;
}

async function discover(world: UnitWorld, tags: readonly string[], changes: Partial<Run> = {}) {
  const run = { ...(await world.addRun({ state: 'discovering' })), ...changes };
  const policy = policyFor(tags);
  const [rule] = policy.repositories;
  if (rule === undefined) throw new Error('no rule');
  const found = await discoverTags(world.services, run, policy, rule);
  const targets = await Array.fromAsync(world.services.targets.ofRun(run.id));
  return {
    changes: found,
    targets: Object.fromEntries(targets.map(({ tag, ...target }) => [tag, target])),
  };
}

async function pushPatch(world: UnitWorld, tag: string, source = digestOf('source')) {
  const { digest } = await seedImage(world.registry, {
    repository: API,
    tags: [Tag.parse(tag)],
    layers: [`patch ${tag}`],
    annotations: {
      [Annotation.sourceRepository]: API,
      [Annotation.sourceDigest]: source,
      [Annotation.fingerprint]: 'f'.repeat(64),
    },
  });
  await world.services.inventory.rememberPatches({ repository: API, digest: source }, [digest]);
}

describe('discoverTags', () => {
  it('makes a target of every tag, without those of our patches', async () => {
    const world = new UnitWorld();
    await world.push(API, 'v1');
    await world.push(API, 'main-42');
    await pushPatch(world, 'v1-1');

    const { targets, changes } = await discover(world, ['*']);

    expect(Object.keys(targets).sort()).toEqual(['main-42', 'v1']);
    expect(changes).toEqual({ cursorTag: 'v1-1' });
  });

  it('makes a target of each named tag, and ends those that do not exist', async () => {
    const world = new UnitWorld();
    await world.push(API, 'v1');
    await world.push(API, 'other');

    const { targets } = await discover(world, ['v1', 'gone']);

    expect(targets).toMatchObject({
      v1: { state: 'queued' },
      gone: { state: 'skipped', reason: 'not-found' },
    });
    expect(Object.keys(targets)).toHaveLength(2);
  });

  it('ends what a missing repository was asked for, and goes on with the next', async () => {
    const { targets, changes } = await discover(new UnitWorld(), ['*']);

    expect(targets).toMatchObject({ '*': { detail: 'the repository does not exist' } });
    expect(changes).toEqual({ cursorRepository: 1, cursorTag: '' });
  });

  it('goes on after the cursor, and with the next repository when none is left', async () => {
    const world = new UnitWorld();
    for (const tag of ['v1', 'v2', 'v3']) await world.push(API, tag);

    expect(Object.keys((await discover(world, ['*'], { cursorTag: 'v2' })).targets)).toEqual([
      'v3',
    ]);
    expect((await discover(world, ['*'], { cursorTag: 'v3' })).changes).toEqual({
      cursorRepository: 1,
      cursorTag: '',
    });
  });

  it('looks at no more tags in a step than it may read manifests', async () => {
    const world = new UnitWorld();
    const digest = await world.push(API, 'a000');
    const stored = await world.registry.manifest(API, digest);
    if (stored === undefined) throw new Error('no manifest');
    for (let at = 1; at < 400; at += 1) {
      const tag = Tag.parse(`a${String(at).padStart(3, '0')}`);
      await world.registry.putManifest(API, tag, stored);
    }

    const { targets, changes } = await discover(world, ['*']);

    expect(Object.keys(targets)).toHaveLength(334);
    expect(changes).toEqual({
      cursorTag: 'a333',
      warnings: 'team/api: the policy selects 400 tags, and each run scans every one',
    });
  });

  it('lists the tags of a repository twice if one step looks at all of them', async () => {
    const world = new UnitWorld();
    const run = await world.addRun({ state: 'discovering' });
    await world.push(API, 'v1');
    const list = world.registry.listTags.bind(world.registry);
    let listings = 0;
    world.registry.listTags = (...args) => {
      listings += 1;
      return list(...args);
    };
    const policy = policyFor(['*']);
    const [rule] = policy.repositories;
    if (rule === undefined) throw new Error('no rule');

    const looked = await discoverTags(world.services, run, policy, rule);
    const done = await discoverTags(world.services, { ...run, ...looked }, policy, rule);

    expect({ done: done.cursorRepository, listings }).toEqual({ done: 1, listings: 2 });
  });

  it('lists the tags of a repository twice, however many steps it takes', async () => {
    const world = new UnitWorld();
    const run = await world.addRun({ state: 'discovering' });
    const digest = await world.push(API, 't0000');
    const tags = Array.from({ length: 2_000 }, (_, at) =>
      Tag.parse(`t${String(at).padStart(4, '0')}`),
    );
    let pages = 0;
    world.registry.listTags = async (_, { after } = {}) => {
      pages += 1;
      const from = after === undefined ? 0 : tags.indexOf(after) + 1;
      const page = tags.slice(from, from + 500).map((tag) => ({ tag, digest }));
      const next = page.at(-1)?.tag;
      return from + 500 < tags.length && next ? { tags: page, next } : { tags: page };
    };
    const policy = policyFor(['*']);
    const [rule] = policy.repositories;
    if (rule === undefined) throw new Error('no rule');
    let steps = 0;
    let found: Partial<Run> = { cursorTag: '', cursorRepository: 0 };
    while (found.cursorRepository !== 1) {
      steps += 1;
      found = await discoverTags(world.services, { ...run, ...found }, policy, rule);
    }

    expect({ steps, pages }).toEqual({ steps: 7, pages: 8 });
    expect(await Array.fromAsync(world.services.targets.ofRun(run.id))).toHaveLength(2_000);
    expect(await world.blobs.read(CONTAINERS.reports, `${run.id}/tags-0.json`, 1e9)).toMatchObject({
      found: false,
    });
  });

  it('counts the patches of a tag as reads, but looks at one tag at least', async () => {
    const world = new UnitWorld();
    await world.push(API, 'v1');
    await world.push(API, 'v2');
    await pushPatch(world, 'v1-1');
    const patch = await world.registry.manifest(API, Tag.parse('v1-1'));
    if (patch === undefined) throw new Error('no manifest');
    for (let at = 2; at < 999; at += 1) {
      await world.registry.putManifest(API, Tag.parse(`v1-${at}`), patch);
    }

    const { targets, changes } = await discover(world, ['v1', 'v2']);

    expect(Object.keys(targets)).toEqual(['v1']);
    expect(changes).toEqual({ cursorTag: 'v1' });
  });

  it('ends only the tag whose content is spoiled', async () => {
    const world = new UnitWorld();
    await world.push(API, 'v1');
    const spoiled = await world.push(API, 'v2');
    const { manifest } = world.registry;
    world.registry.manifest = async (repository, reference) => {
      if (reference === spoiled) throw new RegistryError('digest-mismatch', 'other bytes');
      return manifest.call(world.registry, repository, reference);
    };

    expect((await discover(world, ['*'])).targets).toMatchObject({
      v1: { state: 'queued' },
      v2: { state: 'skipped', reason: 'not-an-image', detail: 'other bytes' },
    });
  });

  async function withUnreadable(code: RegistryErrorCode, changes: Partial<Run> = {}) {
    const world = new UnitWorld();
    for (const tag of ['1.0', '2.0']) await world.push(API, tag);
    const bad = await world.push(API, '1.1');
    const { manifest } = world.registry;
    world.registry.manifest = async (repository, reference) => {
      if (reference === bad) throw new RegistryError(code, `the registry answered: ${code}`);
      return manifest.call(world.registry, repository, reference);
    };
    return { bad, ...(await discover(world, ['*'], changes)) };
  }

  it.each(['denied', 'locked', 'unexpected'] as const)(
    'ends only the tag whose manifest the registry refuses: %s',
    async (code) => {
      const { targets, bad } = await withUnreadable(code);

      expect(targets).toMatchObject({
        '1.0': { state: 'queued' },
        '1.1': { state: 'failed', reason: 'registry-error', digest: bad },
        '2.0': { state: 'queued' },
      });
      expect(targets['1.1']?.detail).toContain(code);
    },
  );

  it('repeats a read that failed, and ends only its tag at the last try', async () => {
    await expect(withUnreadable('unavailable', { errors: 4 })).rejects.toThrow('unavailable');
    expect((await withUnreadable('unavailable', { errors: 5 })).targets).toMatchObject({
      '1.0': { state: 'queued' },
      '1.1': { state: 'failed', reason: 'registry-error' },
    });
  });

  it('throws if the registry fails', async () => {
    const world = new UnitWorld();
    await world.push(API, 'v1');
    world.registry.manifest = async () => Promise.reject(new RegistryError('unavailable', '503'));

    await expect(discover(world, ['*'])).rejects.toThrow('503');
  });
});
