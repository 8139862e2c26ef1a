import { describe, expect, it } from 'vitest';
import type { ContainerSpec, GroupSpec } from '../../lib/containers/container-groups.ts';
import { type Digest, digestOf } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { readImage } from '../../lib/pipeline/discovery/read-image.ts';
import { RunId } from '../../lib/pipeline/records/run-id.ts';
import type { PipelineOptions } from '../../lib/pipeline/services.ts';
import { RegistryError } from '../../lib/registry/registry.ts';
import { PLAIN_COURSE } from '../fakes/containers/group-course.ts';
import { jobFileOf } from '../fakes/job-file-of.ts';
import { type ImageSeed, seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport, scratchReport } from './debian-report.ts';
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

describe('the scan of an image', () => {
  it.each([
    ['no findings', () => debianReport([]), 'clean', undefined],
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
      'an OS that is not in the database',
      () => debianReport([], { Family: 'debian', Name: '11.1' }),
      'skipped',
      'no-advisory-data',
    ],
  ])('decides the target’s state: %s', async (_, report, state, reason) => {
    const { target, run } = await runOne({ script: { report } });

    expect(target.state).toBe(state);
    expect(target.reason).toBe(reason);
    expect(run.state).toBe('completed');
  });

  it('skips an image with dpkg but without apt, and starts no patch group', async () => {
    const text = JSON.stringify(debianReport(OUTDATED)).replaceAll('"apt', '"tzdata');

    const { target, world } = await runOne({ script: { report: () => JSON.parse(text) } });

    expect(target).toMatchObject({
      state: 'skipped',
      reason: 'unsupported-os',
      detail: 'the image has no apt',
    });
    const groups = world.groups.creations().map(({ spec }) => spec.name);
    expect(groups).toEqual([expect.stringMatching(/^pw-scan-/)]);
  });
});

it.each([
  ['without an operating system', () => scratchReport],
  ['whose OS is not in the database', () => debianReport([], { Family: 'debian', Name: '11.1' })],
])('records no number of findings for an image %s', async (_, report) => {
  const { target } = await runOne({ script: { report } });

  expect(target.beforeCritical).toBeUndefined();
  expect(target.beforeFixable).toBeUndefined();
});

it.each([
  ['has no config', { config: null }],
  ['has a variant that builders drop', { config: {}, variant: 'v2' }],
])('patches an image that %s', async (_, config) => {
  const { target, world } = await runOne({ image: { config } });

  expect(target).toMatchObject({ state: 'patched', patchTag: 'v1-1' });
  const stored = await world.registry.manifest(API, Tag.parse('v1-1'));
  const image = stored && (await readImage(world.registry, API, stored));
  expect(image?.config.variant).toBe('variant' in config ? config.variant : undefined);
});

it.each<[string, Partial<ImageSeed>]>([
  ['130 layers', { layers: Array.from({ length: 130 }, (_, at) => `layer ${at}`) }],
  [
    'a line separator and other odd characters in its labels',
    { config: { config: { Labels: { 'org.test/notes': 'a\u2028b\u2029c\u0000\ud83d\ude00"' } } } },
  ],
])('patches an image with %s, and keeps them', async (_, image) => {
  const { target, world } = await runOne({
    image,
    // The scripted worker keeps the source's config and layers, as Copa does.
    script: { report: (layers) => debianReport(isPatched(layers, image) ? [] : OUTDATED) },
  });

  expect(target).toMatchObject({ state: 'patched', patchTag: 'v1-1' });
  const stored = await world.registry.manifest(API, Tag.parse('v1-1'));
  const patch = stored && (await readImage(world.registry, API, stored));
  expect(patch?.manifest.layers.length).toBe((image.layers?.length ?? 1) + 1);
  const config = JSON.parse(Buffer.from(patch?.configBytes ?? []).toString());
  expect(config.config).toEqual(image.config?.config ?? {});
});

function isPatched(layers: readonly unknown[], { layers: source = [''] }: Partial<ImageSeed>) {
  return layers.length > source.length;
}

describe('before any scan', () => {
  it.each([
    ['a Windows image', { config: { os: 'windows', config: {} } }, 'windows'],
    [
      'an image for another architecture',
      { config: { architecture: 'arm64', config: {} } },
      'unsupported-platform',
    ],
  ])('skips %s', async (_, image, reason) => {
    const { target, world } = await runOne({ image });

    expect(target).toMatchObject({ state: 'skipped', reason });
    expect(world.groups.creations()).toEqual([]);
  });

  it('skips each repository and tag of the policy that does not exist', async () => {
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

describe('a patch is rejected', () => {
  it('if the verification still finds what it should fix', async () => {
    const { target, world } = await runOne({ script: { report: () => debianReport(OUTDATED) } });

    expect(target).toMatchObject({ state: 'rejected', reason: 'not-fixed' });
    expect(await world.registry.tag(API, Tag.parse('v1-1'))).toBeUndefined();
    expect(world.registry.digests(RepositoryName.parse('patchwright/staging/team/api'))).toEqual(
      [],
    );
  });

  it('if the verification finds something new', async () => {
    const fresh = [{ id: 'CVE-2026-9', package: 'zlib1g', fixed: '2' }];
    const report = (layers: readonly unknown[]) =>
      debianReport(layers.length > 1 ? fresh : OUTDATED);
    const { target } = await runOne({ script: { report } });

    expect(target).toMatchObject({ state: 'rejected', reason: 'new-findings' });
  });

  it('if its layer is not an archive', async () => {
    const { target } = await runOne({ script: { layer: Buffer.alloc(2048, 'x') } });

    expect(target).toMatchObject({ state: 'rejected', reason: 'layer-suspicious' });
  });

  it('if the staged digest does not exist', async () => {
    const staged = digestOf('a lie');
    const { target, world } = await runOne({
      script: { patch: ({ digest }) => ({ digest, outcome: 'patched', staged }) },
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'staging-missing' });
    expect(world.groups.all()).toEqual([]);
  });
});

describe('no tag is published', () => {
  it('if a CI uses the same numbering for its own tags', async () => {
    const { target } = await runOne({
      prepare: async ({ registry }) => {
        await seedImage(registry, { repository: API, tags: [Tag.parse('v1-42')], layers: ['ci'] });
      },
    });

    expect(target).toMatchObject({ state: 'skipped', reason: 'tag-ambiguous' });
  });

  it('if the source tag was pushed again during the run', async () => {
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

describe('a failing group', () => {
  it.each([
    ['vanishes', { kind: 'vanishes', after: 20 }, 'group-lost'],
    ['never ends', { kind: 'never-ends', startsAfter: 10 }, 'timeout'],
    ['never starts', { kind: 'never-starts' }, 'timeout'],
    ['ends without a result', { kind: 'runs', startsAfter: 5, runsFor: 5 }, 'group-lost'],
  ] as const)('is retried, then given up, if it %s', async (_, course, reason) => {
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

  it('is created again, and no attempt is counted, if it cannot be provisioned', async () => {
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

  it('is retried, and the target is patched, if it vanishes once', async () => {
    const { target } = await runOne({
      prepare: ({ groups }) => {
        const decide = groups.decide;
        groups.decide = (spec, nth) =>
          nth === 1 ? { kind: 'vanishes', after: 20 } : decide(spec, nth);
      },
    });

    expect(target.state).toBe('patched');
  });

  it('is not retried once its repository has used its hours in the run', async () => {
    const { target, run, world } = await runOne({
      pipeline: { repositoryHours: 1 },
      prepare: ({ groups }) => {
        const decide = groups.decide;
        groups.decide = (spec, nth) =>
          nth === 1 ? decide(spec, nth) : { kind: 'never-ends', startsAfter: 30 };
      },
    });

    expect(target).toMatchObject({ state: 'skipped', reason: 'cost-limit' });
    expect(target.detail).toContain('team/api used their 1 h of');
    // A scan, and two attempts of 40 minutes. The third one would be the last.
    expect(world.groups.creations()).toHaveLength(3);
    expect(run.state).toBe('completed');
  });

  it('is retried while Azure refuses it for the quota', async () => {
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

  it('ends its target as failed if it writes an invalid result', async () => {
    const { target } = await runOne({
      prepare: (world) => {
        const work = async (_: GroupSpec, container: ContainerSpec) => {
          const { resultUrl } = jobFileOf(container, world.blobs);
          await world.blobs.putThrough(resultUrl, Buffer.from('{"__proto__":{"kind":"scan"}}'));
        };
        world.groups.decide = () => ({ ...PLAIN_COURSE, work });
      },
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'result-invalid' });
  });
});

describe('a run', () => {
  it('plans patches but makes none if it is a dry run', async () => {
    const { target, world } = await runOne({ pipeline: { dryRun: true } });

    expect(target).toMatchObject({ state: 'planned', reason: 'dry-run', beforeHigh: 1 });
    expect(world.groups.creations()).toHaveLength(1);
  });

  it('without a builder ends at its assessment', async () => {
    const { target, run } = await runOne({ pipeline: { builder: { kind: 'none' } } });

    expect(run.state).toBe('completed-with-failures');
    expect(target).toMatchObject({ state: 'failed', reason: 'no-builder' });
  });

  it('with an invalid policy fails, names every fault and scans nothing', async () => {
    const policy = {
      version: 'v2',
      repositories: [{ repository: 'UPPER', tags: ['*', 'v1'], enable: true }],
    };
    const world = new PipelineWorld({ policy, script: { report: patchable } });

    const run = await world.run();

    expect(run).toMatchObject({ state: 'failed', reason: 'policy-invalid' });
    expect(world.log.map((line) => line.message)).toContain('run failed');
    expect(world.log.map((line) => line.message)).not.toContain('run completed');
    for (const fault of ['version', 'repositories[0].repository', 'repositories[0].tags']) {
      expect(run.detail).toContain(fault);
    }
    expect(world.groups.creations()).toEqual([]);
  });

  it('refuses a policy that names the configured tooling mirror', async () => {
    const policy = { version: 'v1', repositories: [{ repository: 'tooling/debian', tags: ['*'] }] };
    const pipeline = { toolingMirror: RepositoryName.parse('tooling') };
    const world = new PipelineWorld({ policy, script: { report: patchable }, pipeline });

    const run = await world.run();

    expect(run).toMatchObject({ state: 'failed', reason: 'policy-invalid' });
    expect(run.detail).toContain('repositories[0].repository');
  });

  it('skips an image that another run has claimed', async () => {
    const { world } = await runOne({});
    const digest = (await world.registry.tag(API, Tag.parse('v1')))?.digest;
    if (digest === undefined) throw new Error('the image is gone');
    const other = { id: RunId.parse('20261101T000000Z-ffff'), deadline: new Date('2030-01-01') };
    await world.services.inventory.claim({ repository: API, digest }, other, {
      now: world.clock.now(),
      over: new Set(),
    });
    world.clock.advance({ seconds: 3600 });

    const run = await world.run();

    const target = await world.target(run.id, 'team/api', 'v1');
    expect(target).toMatchObject({ state: 'waiting', reason: 'held-by-another-run' });
  });
});

describe('the target ends with a reason of its own if the registry', () => {
  const V1_1 = Tag.parse('v1-1');

  /** Replaces each PUT under the patch's tag by `happen`, which may call the real PUT. */
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

  it('refuses a PUT because the repository is locked', async () => {
    const { target, world } = await runOne({
      prepare: (here) =>
        onPatchPut(here, async () => {
          throw new RegistryError('locked', 'team/api is locked');
        }),
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'manifest-locked' });
    expect(await world.registry.tag(API, V1_1)).toBeUndefined();
  });

  it('gets another push of the tag right after ours', async () => {
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

  it('stops answering', async () => {
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

  it('cannot list the repository', async () => {
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

  it('has no image under the tag', async () => {
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

describe('the target fails with a reason of its own', () => {
  it('if the report is invalid', async () => {
    const { target, world } = await runOne({ script: { report: () => ({ nonsense: true }) } });

    expect(target).toMatchObject({ state: 'failed', reason: 'report-invalid' });
    expect(world.groups.creations()).toHaveLength(3);
  });

  it('if the worker reports a failure, with the message as plain text without secrets', async () => {
    const message = 'no \u001b[31mway\u202E\n{"a":"?sig=secret"}';
    const { target } = await runOne({
      script: {
        patch: ({ digest }) => ({ digest, outcome: 'failed', failure: 'tool-failed', message }),
      },
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'tool-failed' });
    expect(target.detail).toBe('no way {"a":"?sig=***"}');
  });

  it('if an unexpected error is thrown', async () => {
    const { target, run } = await runOne({
      prepare: ({ blobs }) => {
        blobs.createOnlyUrl = async () => {
          throw new TypeError('an unexpected error');
        };
      },
    });

    expect(target).toMatchObject({ state: 'failed', reason: 'internal-error' });
    expect(target.detail).toContain('an unexpected error');
    expect(run.state).toBe('completed-with-failures');
  });

  it('if Azure refuses groups for the quota until the run’s deadline', async () => {
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
