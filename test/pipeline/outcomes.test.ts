import { describe, expect, it } from 'vitest';
import type { ContainerSpec, GroupSpec } from '../../lib/containers/container-groups.ts';
import { type Digest, digestOf } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { RunId } from '../../lib/pipeline/records/run-id.ts';
import type { PipelineOptions } from '../../lib/pipeline/services.ts';
import { RegistryError } from '../../lib/registry/registry.ts';
import { PLAIN_COURSE } from '../fakes/containers/group-course.ts';
import { type ImageSeed, seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport, scratchReport } from './debian-report.ts';
import { fileLayer } from './file-layer.ts';
import { PipelineWorld } from './pipeline-world.ts';
import type { WorkerScript } from './scripted-worker.ts';

const API = RepositoryName.parse('team/api');
const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];

function patchable(layers: readonly unknown[]) {
  return debianReport(layers.length > 1 ? [] : OUTDATED);
}

async function runOne(options: {
  readonly script?: Partial<WorkerScript>;
  readonly image?: Partial<ImageSeed>;
  readonly pipeline?: Partial<PipelineOptions>;
  readonly prepare?: (world: PipelineWorld) => Promise<void> | void;
}) {
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['v1'] }] },
    script: { report: patchable, ...options.script },
    pipeline: options.pipeline ?? {},
  });
  await world.seedDatabase();
  const tags = [Tag.parse('v1')];
  await seedImage(world.registry, {
    repository: API,
    tags,
    config: { config: {} },
    ...options.image,
  });
  await options.prepare?.(world);
  const run = await world.run();
  return { world, run, target: await world.target(run.id, 'team/api', 'v1') };
}

describe('what the scan shows decides', () => {
  it.each([
    ['no finding', () => debianReport([]), 'clean', undefined],
    [
      'findings without a fix',
      () => debianReport([{ id: 'CVE-2', package: 'apt' }]),
      'skipped',
      'no-fix-available',
    ],
    [
      'an OS past its end of life',
      () => debianReport(OUTDATED, { Family: 'debian', Name: '8.1', EOSL: true }),
      'skipped',
      'end-of-life',
    ],
    ['no operating system', () => scratchReport, 'skipped', 'unsupported-os'],
    [
      'an OS that the database does not hold',
      () => debianReport([], { Family: 'debian', Name: '11.1' }),
      'skipped',
      'no-advisory-data',
    ],
  ])('%s', async (_, report, state, reason) => {
    const { target, run } = await runOne({ script: { report } });

    expect(target.state).toBe(state);
    expect(target.reason).toBe(reason);
    expect(run.state).toBe('completed');
  });
});

it.each([
  ['without an operating system', () => scratchReport],
  ['that the database does not hold', () => debianReport([], { Family: 'debian', Name: '11.1' })],
])('says of an image %s nothing of how many findings it has', async (_, report) => {
  const { target } = await runOne({ script: { report } });

  expect(target.beforeCritical).toBeUndefined();
  expect(target.beforeFixable).toBeUndefined();
});

describe('what the registry shows decides before any scan', () => {
  it.each([
    ['a Windows image', { config: { os: 'windows', config: {} } }, 'windows'],
    [
      'an image for another processor',
      { config: { architecture: 'arm64', config: {} } },
      'unsupported-platform',
    ],
    [
      'an image that Copa has touched',
      { config: { config: { labels: { BaseImage: 'evil.example/x' } } } },
      'patched-elsewhere',
    ],
  ])('%s', async (_, image, reason) => {
    const { target, world } = await runOne({ image });

    expect(target).toMatchObject({ state: 'skipped', reason });
    expect(world.groups.creations()).toEqual([]);
  });

  it('says of each thing in the policy that is not there that it was not found', async () => {
    const repositories = [
      { repository: 'no/such', tags: ['*'] },
      { repository: 'team/api', tags: ['gone'] },
    ];
    const world = new PipelineWorld({
      policy: { version: 'v1', repositories },
      script: { report: patchable },
    });
    await world.seedDatabase();
    await seedImage(world.registry, { repository: API, tags: [Tag.parse('v1')] });

    const { id: runId } = await world.run();

    for (const [repository, tag] of [
      ['no/such', '*'],
      ['team/api', 'gone'],
    ] as const) {
      const target = await world.target(runId, repository, tag);
      expect(target).toMatchObject({ state: 'skipped', reason: 'not-found' });
    }
  });
});

describe('a patch is refused', () => {
  it('when the scan after still finds what was to be fixed', async () => {
    const { target, world } = await runOne({ script: { report: () => debianReport(OUTDATED) } });

    expect(target).toMatchObject({ state: 'rejected', reason: 'not-fixed' });
    expect(await world.registry.tag(API, Tag.parse('v1-1'))).toBeUndefined();
    expect(world.registry.digests(RepositoryName.parse('patchwright/staging/team/api'))).toEqual(
      [],
    );
  });

  it('when the scan after finds something new', async () => {
    const fresh = [{ id: 'CVE-2026-9', package: 'zlib1g', fixed: '2' }];
    const report = (layers: readonly unknown[]) =>
      debianReport(layers.length > 1 ? fresh : OUTDATED);
    const { target } = await runOne({ script: { report } });

    expect(target).toMatchObject({ state: 'rejected', reason: 'new-findings' });
  });

  it('when its layer is not one', async () => {
    const { target } = await runOne({ script: { layer: Buffer.alloc(2048, 'x') } });

    expect(target).toMatchObject({ state: 'rejected', reason: 'layer-suspicious' });
  });

  it('as unsupported when it was made on paper only', async () => {
    const layer = await fileLayer({ 'var/lib/dpkg/status.d/libssl3': 'Package: libssl3\n' });
    const { target } = await runOne({ script: { layer } });

    expect(target).toMatchObject({ state: 'skipped', reason: 'unsupported-os' });
  });

  it('when the group names a digest that is not there', async () => {
    const staged = digestOf('a lie');
    const { target, world } = await runOne({
      script: { patch: ({ digest }) => ({ digest, outcome: 'patched', staged }) },
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'staging-missing' });
    expect(world.groups.all()).toEqual([]);
  });
});

describe('a tag is never taken', () => {
  it('where a CI has numbered its own', async () => {
    const { target } = await runOne({
      prepare: async ({ registry }) => {
        await seedImage(registry, { repository: API, tags: [Tag.parse('v1-42')], layers: ['ci'] });
      },
    });

    expect(target).toMatchObject({ state: 'skipped', reason: 'tag-ambiguous' });
  });

  it('when the source was pushed again meanwhile', async () => {
    const { target } = await runOne({
      prepare: (world) => {
        const decide = world.groups.decide;
        world.groups.decide = (spec, nth) => {
          const course = decide(spec, nth);
          if (nth !== 3 || course.kind !== 'runs') return course;
          const work: typeof course.work = async (...given) => {
            await course.work?.(...given);
            await seedImage(world.registry, {
              repository: API,
              tags: [Tag.parse('v1')],
              layers: ['new'],
            });
          };
          return { ...course, work };
        };
      },
    });

    expect(target).toMatchObject({ state: 'skipped', reason: 'source-changed' });
  });
});

describe('a group that goes wrong', () => {
  it.each([
    ['vanishes', { kind: 'vanishes', after: 20 }, 'group-lost'],
    ['never ends', { kind: 'never-ends', startsAfter: 10 }, 'timeout'],
    ['never starts', { kind: 'never-starts' }, 'timeout'],
    ['ends without a result', { kind: 'runs', startsAfter: 5, runsFor: 5 }, 'group-lost'],
  ] as const)('and %s is tried again, then given up', async (_, course, reason) => {
    const { target, run, world } = await runOne({
      prepare: (prepared) => {
        prepared.groups.decide = () => course;
      },
    });

    expect(target).toMatchObject({ state: 'failed', reason });
    expect(run.state).toBe('completed-with-failures');
    expect(world.groups.creations()).toHaveLength(3);
    expect(world.groups.all()).toEqual([]);
    expect(new Set(world.groups.creations().map(({ spec }) => spec.name)).size).toBe(3);
  });

  it('and can not be provisioned is made again without blame, under so many names', async () => {
    const { target, run, world } = await runOne({
      prepare: ({ groups }) => {
        const decide = groups.decide;
        groups.decide = (spec, nth) =>
          nth <= 4
            ? { kind: 'fails-to-start', after: 5, detail: 'InsufficientCapacity' }
            : decide(spec, nth);
      },
    });

    expect(target).toMatchObject({ state: 'patched' });
    expect((await world.jobs(run.id)).filter((job) => job.state === 'lost')).toEqual([]);
    expect(world.groups.all()).toEqual([]);
  });

  it('once costs an attempt and nothing else', async () => {
    const { target } = await runOne({
      prepare: ({ groups }) => {
        const decide = groups.decide;
        groups.decide = (spec, nth) =>
          nth === 1 ? { kind: 'vanishes', after: 20 } : decide(spec, nth);
      },
    });

    expect(target.state).toBe('patched');
  });

  it('is waited for while Azure refuses it for its quota', async () => {
    const { target, world } = await runOne({
      prepare: ({ groups }) => {
        const decide = groups.decide;
        let refusals = 4;
        groups.decide = (spec, nth) => {
          refusals -= 1;
          return refusals >= 0 ? { kind: 'refused', refusal: 'quota' } : decide(spec, nth);
        };
      },
    });

    expect(target.state).toBe('patched');
    expect(world.groups.creations()).toHaveLength(3);
  });

  it('and writes no sensible result is not believed', async () => {
    const { target } = await runOne({
      prepare: (world) => {
        const work = async (_: GroupSpec, { secretFiles }: ContainerSpec) => {
          const { resultUrl } = JSON.parse(secretFiles['job.json'] ?? '{}');
          await world.blobs.putThrough(resultUrl, Buffer.from('{"__proto__":{"kind":"scan"}}'));
        };
        world.groups.decide = () => ({ ...PLAIN_COURSE, work });
      },
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'result-invalid' });
  });
});

describe('a run', () => {
  it('that is a dry run plans and patches nothing', async () => {
    const { target, world } = await runOne({ pipeline: { dryRun: true } });

    expect(target).toMatchObject({ state: 'planned', reason: 'dry-run', beforeHigh: 1 });
    expect(world.groups.creations()).toHaveLength(1);
  });

  it('without a builder ends at its assessment', async () => {
    const { target, run } = await runOne({ pipeline: { builder: { kind: 'none' } } });

    expect(run.state).toBe('completed-with-failures');
    expect(target).toMatchObject({ state: 'failed', reason: 'no-builder' });
  });

  it('with a policy that does not parse fails with every fault and scans nothing', async () => {
    const policy = {
      version: 'v2',
      repositories: [{ repository: 'UPPER', tags: ['*', 'v1'], enable: true }],
    };
    const world = new PipelineWorld({ policy, script: { report: patchable } });

    const run = await world.run();

    expect(run).toMatchObject({ state: 'failed', reason: 'policy-invalid' });
    expect(world.log.map((line) => line.message)).toContain('run failed');
    expect(world.log.map((line) => line.message)).not.toContain('run completed');
    for (const fault of [
      'version',
      'repositories[0].repository',
      'repositories[0].tags',
      'enable',
    ]) {
      expect(run.detail).toContain(fault);
    }
    expect(world.groups.creations()).toEqual([]);
  });

  it('does not patch what settings have put outside our own repositories', async () => {
    const policy = { version: 'v1', repositories: [{ repository: 'tooling/debian', tags: ['*'] }] };
    const pipeline = { toolingMirror: RepositoryName.parse('tooling') };
    const world = new PipelineWorld({ policy, script: { report: patchable }, pipeline });

    const run = await world.run();

    expect(run).toMatchObject({ state: 'failed', reason: 'policy-invalid' });
    expect(run.detail).toContain('repositories[0].repository');
  });

  it('says which image another run has in hand', async () => {
    const { world } = await runOne({});
    const digest = (await world.registry.tag(API, Tag.parse('v1')))?.digest;
    if (digest === undefined) throw new Error('the image is gone');
    const other = { id: RunId.parse('20261101T000000Z-ffff'), deadline: new Date('2030-01-01') };
    await world.services.inventory.claim({ repository: API, digest }, other, world.clock.now());
    world.clock.advance({ seconds: 3600 });

    const run = await world.run();

    const target = await world.target(run.id, 'team/api', 'v1');
    expect(target).toMatchObject({ state: 'waiting', reason: 'held-by-another-run' });
  });
});

describe('what the registry does ends a target with its reason', () => {
  const V1_1 = Tag.parse('v1-1');

  /** Something happens in place of each PUT under the patch's tag. */
  function onPatchPut(
    { registry }: PipelineWorld,
    happen: (put: () => Promise<Digest>) => Promise<Digest>,
  ): void {
    const put = registry.putManifest.bind(registry);
    let inside = false;
    registry.putManifest = async (repository, reference, manifest) => {
      const plain = () => put(repository, reference, manifest);
      if (reference !== V1_1 || inside) return plain();
      inside = true;
      return happen(plain).finally(() => {
        inside = false;
      });
    };
  }

  it('a tag that is locked', async () => {
    const { target, world } = await runOne({
      prepare: (here) =>
        onPatchPut(here, async () => {
          throw new RegistryError('locked', 'v1-1 is locked');
        }),
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'tag-locked' });
    expect(await world.registry.tag(API, V1_1)).toBeUndefined();
  });

  it('a tag that another push took right after ours', async () => {
    const theirs = { repository: API, tags: [V1_1], layers: ['their layer'] };
    const { target, world } = await runOne({
      prepare: (here) =>
        onPatchPut(here, async (put) => {
          const digest = await put();
          await seedImage(here.registry, theirs);
          return digest;
        }),
    });

    expect(target).toMatchObject({ state: 'skipped', reason: 'tag-race-lost' });
    expect((await world.registry.tag(API, V1_1))?.digest).not.toBe(target.staged);
  });

  it('a registry that does not answer any more', async () => {
    let puts = 0;
    const { target, run } = await runOne({
      prepare: (here) =>
        onPatchPut(here, async () => {
          puts += 1;
          throw new RegistryError('unavailable', 'no answer');
        }),
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'registry-error' });
    expect(puts).toBeGreaterThan(5);
    expect(run.state).toBe('completed-with-failures');
  });

  it('a repository that can not be listed', async () => {
    const { target, world } = await runOne({
      prepare: ({ registry }) => {
        const list = registry.listTags.bind(registry);
        registry.listTags = async (repository, options) => {
          if (repository === API) throw new RegistryError('unavailable', 'no answer');
          return list(repository, options);
        };
      },
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'registry-error' });
    expect(world.groups.creations()).toEqual([]);
  });

  it('a tag that holds no image', async () => {
    const { target, world } = await runOne({
      prepare: async ({ registry }) => {
        const found = await registry.manifest(API, Tag.parse('v1'));
        const manifest = JSON.parse(Buffer.from(found?.bytes ?? []).toString());
        manifest.config.mediaType = 'application/vnd.cncf.helm.config.v1+json';
        const bytes = Buffer.from(JSON.stringify(manifest));
        const mediaType = found?.mediaType ?? '';
        await registry.putManifest(API, Tag.parse('v1'), { bytes, mediaType });
      },
    });

    expect(target).toMatchObject({ state: 'skipped', reason: 'not-an-image' });
    expect(world.groups.creations()).toEqual([]);
  });
});

describe('what can not be gone on with ends a target with its reason', () => {
  it('a report that is none', async () => {
    const { target, world } = await runOne({ script: { report: () => ({ nonsense: true }) } });

    expect(target).toMatchObject({ state: 'failed', reason: 'report-invalid' });
    expect(world.groups.creations()).toHaveLength(3);
  });

  it('a message of the worker, in plain text', async () => {
    const message = 'no \u001b[31mway\u202E\n{"a":"?sig=secret"}';
    const { target } = await runOne({
      script: {
        patch: ({ digest }) => ({ digest, outcome: 'failed', failure: 'tool-failed', message }),
      },
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'tool-failed' });
    expect(target.detail).toBe('no way {"a":"?sig=***"}');
  });

  it('an error that nobody has foreseen', async () => {
    const { target, run } = await runOne({
      prepare: ({ blobs }) => {
        blobs.createOnlyUrl = async () => {
          throw new TypeError('nobody has foreseen this');
        };
      },
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'internal-error' });
    expect(target.detail).toContain('nobody has foreseen this');
    expect(run.state).toBe('completed-with-failures');
  });

  it('a quota that Azure does not lift before the run’s deadline', async () => {
    const { target, run, world } = await runOne({
      pipeline: { runHours: 1 },
      prepare: ({ groups }) => {
        groups.decide = () => ({ kind: 'refused', refusal: 'quota' });
      },
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'quota' });
    expect(run.state).toBe('completed-with-failures');
    expect(world.groups.creations()).toEqual([]);
    expect(run.finishedAt).toBeInstanceOf(Date);
  });
});
