import { describe, expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { PatchFailure } from '../../lib/job/job-result.ts';
import type { Target } from '../../lib/pipeline/records/target.ts';
import type { PipelineOptions } from '../../lib/pipeline/services.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';
import type { WorkerScript } from './scripted-worker.ts';

const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];
const TAGS = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6'];
const REPOSITORIES = ['team/api', 'team/web'];
const CHROOT = { name: 'chroot', call: 'chroot', errno: 'EPERM', lasting: true };
const DISK = { name: 'hardLink', call: 'link', errno: 'ENOSPC', lasting: false };

/** Twelve images in two repositories, each of which needs a patch. */
async function worldOf(
  script: Partial<WorkerScript>,
  pipeline: Partial<PipelineOptions> = {},
): Promise<PipelineWorld> {
  const repositories = REPOSITORIES.map((repository) => ({ repository, tags: ['*'] }));
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories },
    script: {
      report: (layers) => debianReport(layers.length > 1 ? [] : OUTDATED),
      ...script,
    },
    pipeline,
  });
  await world.seedDatabase();
  for (const repository of REPOSITORIES.map((name) => RepositoryName.parse(name))) {
    for (const tag of TAGS) {
      await seedImage(world.registry, {
        repository,
        tags: [Tag.parse(tag)],
        config: { config: { Labels: { tag } } },
      });
    }
  }
  return world;
}

async function patchGroups(world: PipelineWorld): Promise<number> {
  return world.groups.creations().filter(({ spec }) => spec.name.startsWith('pw-patch-')).length;
}

async function targetsOf(world: PipelineWorld, runId: Parameters<PipelineWorld['jobs']>[0]) {
  return Array.fromAsync(world.services.targets.ofRun(runId));
}

async function failuresOf(
  world: PipelineWorld,
  { repository, sourceDigest: digest }: Target,
): Promise<number | undefined> {
  const image = digest && (await world.services.inventory.findImage({ repository, digest }));
  return image ? image.failures : undefined;
}

describe('a builder that no container group permits', () => {
  it('costs one patch group and counts no attempt against an image', async () => {
    const world = await worldOf({ builder: () => ({ refusals: [CHROOT] }) });

    const run = await world.run();

    expect(run).toMatchObject({
      state: 'completed-with-failures',
      failed: 12,
      builderCall: 'chroot',
      builderErrno: 'EPERM',
      builderDetail: expect.stringContaining('chroot (chroot: EPERM)'),
      builderSetting: 'standard',
    });
    expect(await patchGroups(world)).toBe(1);
    for (const target of await targetsOf(world, run.id)) {
      expect(target).toMatchObject({ state: 'failed', reason: 'no-builder', attempts: 0 });
      expect(target.detail).toContain('chroot (chroot: EPERM)');
      const { repository, sourceDigest: digest } = target;
      const image = digest && (await world.services.inventory.findImage({ repository, digest }));
      expect(image).toMatchObject({ claimedBy: '', failures: 0 });
    }
  });

  it('is logged once', async () => {
    const world = await worldOf({ builder: () => ({ refusals: [CHROOT] }) });

    await world.run();

    const logged = world.log.filter(({ message }) => message === 'no builder works');
    expect(logged).toEqual([
      expect.objectContaining({
        level: 'error',
        fields: expect.objectContaining({ call: 'chroot', errno: 'EPERM' }),
      }),
    ]);
  });

  it('is probed again by the next run, which patches if the probe passes', async () => {
    const world = await worldOf({ builder: () => ({ refusals: [CHROOT] }) });
    await world.run();
    world.script = { report: world.script.report };
    world.clock.advance({ seconds: 24 * 3600 });

    const run = await world.run();

    expect(run).toMatchObject({ state: 'completed', patched: 12 });
    expect(run.builderCall).toBeUndefined();
  });

  it('does not stop the run once a group has patched something', async () => {
    let groups = 0;
    const world = await worldOf({
      builder: () => {
        groups += 1;
        return groups === 1 ? { builder: 'mount-free' } : { refusals: [CHROOT] };
      },
    });

    const run = await world.run();

    expect(run.builderCall).toBeUndefined();
    expect(run.patched).toBeGreaterThan(0);
    expect(await patchGroups(world)).toBeGreaterThan(2);
  });

  it.each([
    ['first', 0],
    ['last', 4],
  ])('is not concluded from one container of a group, the %s to end', async (_, forger) => {
    let containers = 0;
    const world = await worldOf({
      builder: () => (containers++ === forger ? { refusals: [CHROOT] } : { builder: 'mount-free' }),
      patch: ({ digest }) => ({ digest, outcome: 'nothing-to-do' }),
    });

    const run = await world.run();

    expect(run.builderCall).toBeUndefined();
    expect(run.skipped).toBe(12);
  });

  it('is not concluded from a result that names a builder too, which is refused', async () => {
    const world = await worldOf({ builder: () => ({ builder: 'mount-free', refusals: [CHROOT] }) });

    const run = await world.run();

    expect(run.builderCall).toBeUndefined();
    for (const target of await targetsOf(world, run.id)) {
      expect(target).toMatchObject({ reason: 'result-invalid', attempts: 3 });
    }
  });

  it('is not concluded from a full disk, which is retried like any failed attempt', async () => {
    const world = await worldOf({ builder: () => ({ refusals: [DISK] }) });

    const run = await world.run();

    expect(run).toMatchObject({ state: 'completed-with-failures', failed: 12 });
    expect(run.builderCall).toBeUndefined();
    for (const target of await targetsOf(world, run.id)) {
      expect(target).toMatchObject({ reason: 'builder-unavailable', attempts: 3 });
      expect(await failuresOf(world, target)).toBe(0);
    }
  });

  it('is not concluded from a builder that crashes, which makes its images back off', async () => {
    const crashed = { failure: 'builder-unavailable', message: 'EOF' } as const;
    const world = await worldOf({
      builder: () => ({ builder: 'mount-free' }),
      patch: ({ digest }) => ({ digest, outcome: 'failed', ...crashed }),
    });

    const run = await world.run();

    expect(run.builderCall).toBeUndefined();
    for (const target of await targetsOf(world, run.id)) {
      expect(target).toMatchObject({ reason: 'builder-unavailable', attempts: 3 });
      expect(await failuresOf(world, target)).toBe(1);
    }
  });

  it('is never concluded by a group that uses a remote BuildKit', async () => {
    const tls = { ca: 'ca', cert: 'cert', key: 'key' };
    const builder = { kind: 'remote', address: 'tcp://buildkit.test:1', tls } as const;
    const world = await worldOf({ builder: () => ({ refusals: [CHROOT] }) }, { builder });

    const run = await world.run();

    expect(run.failed).toBe(12);
    expect(run.builderCall).toBeUndefined();
  });
});

it('records in a patched target which builder made the patch', async () => {
  const world = await worldOf({ builder: () => ({ builder: 'upstream' }) });

  const run = await world.run();

  const builders = (await targetsOf(world, run.id)).map(({ builder }) => builder);
  expect(new Set(builders)).toEqual(new Set(['upstream']));
});

describe('a build step that fails', () => {
  const failing = (failure: PatchFailure): Partial<WorkerScript> => ({
    patch: ({ digest }) => ({ digest, outcome: 'failed', failure, message: 'exit code: 139' }),
  });

  it.each([
    ['step-crashed', 'confidential', 'skipped', 'builder-incompatible', 0],
    ['step-crashed', 'standard', 'failed', 'package-manager-failed', 1],
    ['builder-incompatible', 'standard', 'skipped', 'builder-incompatible', 0],
    ['needs-proc', 'standard', 'failed', 'needs-proc', 1],
    ['image-too-large', 'standard', 'failed', 'image-too-large', 1],
  ] as const)(
    'with %s in a %s group ends its target as %s, %s',
    async (failure, kind, state, reason, failures) => {
      const world = await worldOf(failing(failure), { builder: { kind } });

      const run = await world.run();

      const target = await world.target(run.id, 'team/api', 'v1');
      expect(target).toMatchObject({ state, reason });
      expect(await failuresOf(world, target)).toBe(failures);
    },
  );
});
