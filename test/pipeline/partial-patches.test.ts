import { describe, expect, it } from 'vitest';
import { Annotation } from '../../lib/image/annotations.ts';
import { ImageManifest } from '../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { BlockedPackage } from '../../lib/job/blocked-package.ts';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import { fingerprint } from '../../lib/report/finding.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { fileLayer } from './file-layer.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const V1 = Tag.parse('v1');
const DAY = { seconds: 86_400 };
const APT = { id: 'CVE-1', package: 'apt', fixed: '1.1' };
const SSL = { id: 'CVE-2', package: 'libssl3', fixed: '1.1' };
const HELD: BlockedPackage = { package: 'libssl3', reason: 'held' };
const DOWN: BlockedPackage = {
  package: 'libssl3',
  reason: 'source-unreachable',
  detail: 'http://security.test/: Connection refused',
};

/** Makes a world whose patches fix everything that has a fix, except the `blocked` packages. */
async function worldWith(
  blocked: readonly BlockedPackage[],
  files: Readonly<Record<string, string>> = {},
) {
  const state = { blocked, after: [SSL], lie: false };
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['*'] }] },
    script: {
      report: (layers) => debianReport(layers.length > 1 ? state.after : [APT, SSL]),
      blocked: () => state.blocked,
    },
  });
  await world.seedDatabase();
  const layers = [await fileLayer(files)];
  await seedImage(world.registry, { repository: API, tags: [V1], layers });
  return { world, state };
}

const target = (world: PipelineWorld, run: { id: RunId }, tag = 'v1') =>
  world.target(run.id, 'team/api', tag);

const patchGroups = (world: PipelineWorld) =>
  world.groups.creations().filter(({ spec }) => spec.name.startsWith('pw-patch-')).length;

const inventory = (world: PipelineWorld) =>
  world.services.inventory.findTag({ repository: API, tag: V1 });

describe('an image with one held package', () => {
  it('is patched, and its target lists what remains and why', async () => {
    const { world } = await worldWith([HELD]);

    const ended = await target(world, await world.run());

    expect(ended).toMatchObject({ state: 'patched', patchTag: 'v1-1', afterFixable: 1 });
    expect(ended.remaining).toEqual([{ package: 'libssl3', reason: 'held', findings: 1 }]);
    expect(await inventory(world)).toMatchObject({ state: 'patched', high: 2, patchHigh: 1 });
  });

  it('gets an annotation that names only what the patch fixes', async () => {
    const { world } = await worldWith([HELD]);

    await world.run();

    const patch = await world.registry.manifest(API, Tag.parse('v1-1'));
    const { annotations } = ImageManifest.parse(
      JSON.parse(Buffer.from(patch?.bytes ?? []).toString()),
    );
    const fixed = fingerprint([{ ...APT, installed: '1.0', severity: 'high' }]);
    expect(annotations?.[Annotation.fingerprint]).toBe(fixed);
  });

  it('is rejected if a package that is not held is still vulnerable', async () => {
    const { world, state } = await worldWith([HELD]);
    state.after = [APT, SSL];

    const ended = await target(world, await world.run());

    expect(ended).toMatchObject({
      state: 'rejected',
      reason: 'not-fixed',
      detail: expect.stringContaining('CVE-1 in apt'),
    });
  });

  it('is skipped during the back-off, and the inventory keeps what remains', async () => {
    const { world } = await worldWith([HELD]);
    await world.run();
    world.clock.advance({ seconds: 3600 });

    const ended = await target(world, await world.run());

    expect(ended).toMatchObject({ state: 'already-patched', patchTag: 'v1-1' });
    expect(await inventory(world)).toMatchObject({ state: 'already-patched', patchFixable: 1 });
    expect(patchGroups(world)).toBe(1);
  });

  it('is retried after the back-off, and gets no second patch with the same fixes', async () => {
    const { world } = await worldWith([HELD]);
    await world.run();
    world.clock.advance(DAY);

    const ended = await target(world, await world.run());

    expect(patchGroups(world)).toBe(2);
    expect(ended).toMatchObject({ state: 'already-patched', patchTag: 'v1-1' });
    expect((await world.registry.listTags(API))?.tags.map(({ tag }) => tag)).toEqual([
      'v1',
      'v1-1',
    ]);
    world.clock.advance(DAY);
    await world.run();
    expect(patchGroups(world)).toBe(2);
  });

  it('gets a new patch once the package can be updated', async () => {
    const { world, state } = await worldWith([HELD]);
    await world.run();
    world.clock.advance(DAY);
    Object.assign(state, { blocked: [], after: [] });

    const ended = await target(world, await world.run());

    expect(ended).toMatchObject({ state: 'patched', patchTag: 'v1-2', afterFixable: 0 });
    expect(await inventory(world)).toMatchObject({ fixable: 2, patchFixable: 0 });
  });

  it('is patched under a later tag in spite of the back-off of the first', async () => {
    const { world } = await worldWith([HELD]);
    await world.run();
    const source = await world.registry.manifest(API, V1);
    if (source === undefined) throw new Error('no source');
    await world.registry.putManifest(API, Tag.parse('v2'), source);
    world.clock.advance({ seconds: 3600 });

    const ended = await target(world, await world.run(), 'v2');

    expect(ended).toMatchObject({ state: 'patched', patchTag: 'v2-1', afterFixable: 1 });
  });
});

describe('an image with an unreachable package source', () => {
  it('is retried within the run, then patched as far as possible', async () => {
    const { world } = await worldWith([DOWN]);

    const ended = await target(world, await world.run());

    expect(patchGroups(world)).toBe(3);
    expect(ended).toMatchObject({ state: 'patched', patchTag: 'v1-1' });
    expect(ended.remaining).toEqual([{ ...DOWN, findings: 1 }]);
  });

  it('is retried in the next run', async () => {
    const { world, state } = await worldWith([DOWN]);
    await world.run();
    Object.assign(state, { blocked: [], after: [] });
    world.clock.advance({ seconds: 3600 });

    const ended = await target(world, await world.run());

    expect(ended).toMatchObject({ state: 'patched', patchTag: 'v1-2' });
  });

  it('is retried without a back-off if nothing could be patched', async () => {
    const { world } = await worldWith([]);
    world.script.patch = ({ digest }) => ({
      digest,
      outcome: 'failed',
      failure: 'package-source-unreachable',
      message: 'http://security.test/: Connection refused',
    });
    const failed = await target(world, await world.run());
    world.clock.advance({ seconds: 3600 });
    delete world.script.patch;

    const ended = await target(world, await world.run());

    expect(failed).toMatchObject({ state: 'failed', reason: 'package-source-unreachable' });
    expect(patchGroups(world)).toBe(4);
    expect(ended.state).toBe('rejected');
  });
});

it.each(['package-source-gone', 'package-source-untrusted'] as const)(
  'backs off from an image that fails for %s',
  async (failure) => {
    const { world } = await worldWith([]);
    world.script.patch = ({ digest }) => ({ digest, outcome: 'failed', failure, message: 'x: y' });
    const failed = await target(world, await world.run());
    world.clock.advance({ seconds: 3600 });

    const ended = await target(world, await world.run());

    expect(failed).toMatchObject({ state: 'failed', reason: failure, detail: 'x: y' });
    expect(ended.reason).toBe('backing-off');
  },
);

it('names the blocked packages of an image that cannot be updated', async () => {
  const { world } = await worldWith([]);
  world.script.patch = ({ digest }) => ({ digest, outcome: 'nothing-to-do', blocked: [HELD] });

  const ended = await target(world, await world.run());

  expect(ended).toMatchObject({
    state: 'skipped',
    reason: 'no-op-patch',
    detail: 'not updated: libssl3 (held)',
  });
});

describe('an image whose settings of apt hide a fix', () => {
  const SETTING = 'etc/apt/apt.conf.d/99release';
  const FILES = { [SETTING]: 'APT::Default-Release "bookworm";\n' };
  const MISSING: BlockedPackage = {
    package: 'libssl3',
    reason: 'not-in-repository',
    detail: 'the newest available version is 1.0; the fix needs 1.1',
  };

  it('is patched without the package, and its target names the setting', async () => {
    const { world } = await worldWith([MISSING], FILES);

    const ended = await target(world, await world.run());

    expect(ended.state).toBe('patched');
    expect(ended.remaining).toEqual([
      {
        package: 'libssl3',
        reason: 'hidden-by-settings',
        findings: 1,
        detail: `${SETTING}: APT::Default-Release "bookworm"; ${MISSING.detail}`,
      },
    ]);
  });

  it('names the setting even if no package can be updated', async () => {
    const { world } = await worldWith([], FILES);
    world.script.patch = ({ digest }) => ({ digest, outcome: 'nothing-to-do', blocked: [MISSING] });

    const ended = await target(world, await world.run());

    expect(ended).toMatchObject({ state: 'skipped', reason: 'no-op-patch' });
    expect(ended.detail).toContain(`libssl3 (hidden-by-settings: ${SETTING}: APT::Default-Release`);
  });
});

it('says that only a paid archive has the fix of what remains', async () => {
  const detail = 'the newest available version is 1.0; the fix needs 1.1+esm1';
  const { world } = await worldWith([{ package: 'libssl3', reason: 'paid-archive', detail }]);

  const ended = await target(world, await world.run());

  expect(ended).toMatchObject({ state: 'patched', patchTag: 'v1-1', afterFixable: 1 });
  expect(ended.remaining).toEqual([
    { package: 'libssl3', reason: 'paid-archive', findings: 1, detail },
  ]);
});

it('refuses a result that claims a patch but blocks every package', async () => {
  const { world } = await worldWith([HELD, { package: 'apt', reason: 'held' }]);

  const ended = await target(world, await world.run());

  expect(ended).toMatchObject({ state: 'failed', reason: 'result-invalid' });
  expect(await world.registry.tag(API, Tag.parse('v1-1'))).toBeUndefined();
});
