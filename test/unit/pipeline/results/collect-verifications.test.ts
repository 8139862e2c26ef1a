import { describe, expect, it } from 'vitest';
import { type Digest, digestOf } from '../../../../lib/image/digest.ts';
import { LeaseLost } from '../../../../lib/pipeline/lease.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { keptReportName } from '../../../../lib/pipeline/results/accepted-scans.ts';
import { collectVerifications } from '../../../../lib/pipeline/results/collect-verifications.ts';
import type { ImageSeed } from '../../../fakes/registry/seed-image.ts';
import { debianReport } from '../../../pipeline/debian-report.ts';
import { type TarEntry, tarOf } from '../../image/layer/layer-samples.ts';
import { scanResult } from '../job/result-samples.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { storeReport, writeReport } from './report-blobs.ts';
import { pushSource, pushStaged, REPOSITORY, STAGING } from './staged-image.ts';

const APT = { id: 'CVE-1', package: 'apt', fixed: '1.1' };
const SSL = { id: 'CVE-2', package: 'libssl3', fixed: '1.1' };
const ZLIB = { id: 'CVE-3', package: 'zlib1g' };

interface Setup {
  readonly layer?: readonly TarEntry[];
  /** The source's only layer. */
  readonly sourceLayer?: readonly TarEntry[];
  readonly staged?: Partial<ImageSeed>;
  readonly target?: Partial<Target>;
  /** Trivy's report of the patch. */
  readonly after?: Record<string, unknown>;
}

/** A patch in staging with this layer, and the report of its scan. */
async function setUp({ layer = [], sourceLayer, ...setup }: Setup = {}) {
  const { staged: seed, target: changes, after } = setup;
  const world = new UnitWorld();
  await world.addRun();
  const below = sourceLayer === undefined ? 'one layer' : await tarOf(sourceLayer);
  const source = await pushSource(world, { layers: [below] });
  const layers = [below, await tarOf(layer)];
  const staged = await pushStaged(world, source, { layers, ...seed });
  await storeReport(world, 'before.json', debianReport([APT, SSL, ZLIB]));
  const own = target('a', 'v1', {
    state: 'verifying',
    sourceDigest: source,
    staged,
    stagedRepository: STAGING,
    fingerprint: 'f',
    reportBefore: 'before.json',
    ...changes,
  });
  const held = await world.holdJob({ id: 'verify-1', kind: 'verify', attempt: 1 }, [own]);
  const report = after ?? debianReport([ZLIB]);
  const reportSha256 = await writeReport(world, held.job, staged, report);
  const collect = async (claimed: Digest = staged) => {
    const images = [{ digest: claimed, outcome: 'scanned', reportSha256 } as const];
    await collectVerifications(world.services, held, scanResult(held.job, { images }));
    return world.targetAt(own);
  };
  return { world, source, staged, collect };
}

const endOf = async (setup: Setup) => (await setUp(setup)).collect();

describe('a verified patch', () => {
  it('is published next, with the findings that it has', async () => {
    const { world, source, collect } = await setUp();
    const { runId } = target('a', 'v1');
    const name = keptReportName({ runId, repository: 'a', digest: source, when: 'after' });

    expect(await collect()).toMatchObject({
      state: 'publishing',
      reportAfter: name,
      afterCritical: 0,
      afterHigh: 1,
      afterMedium: 0,
      afterLow: 0,
      afterUnknown: 0,
      afterFixable: 0,
      verifiedAt: world.clock.now(),
      unownedPaths: 0,
      regainedPaths: 0,
    });
  });

  it('lists what it leaves of the packages that were left out', async () => {
    const blocked = [{ package: 'libssl3', reason: 'held' }] as const;
    const after = debianReport([SSL, ZLIB]);

    expect(await endOf({ target: { blocked }, after })).toMatchObject({
      state: 'publishing',
      afterFixable: 1,
      remaining: [{ package: 'libssl3', reason: 'held', findings: 1 }],
    });
    expect((await endOf({ target: { blocked } })).remaining).toBeUndefined();
  });

  it('counts the paths that no package owns', async () => {
    const row = await endOf({ layer: [{ name: 'var/lib/a' }, { name: 'var/lib/b' }] });

    expect(row).toMatchObject({ state: 'publishing', unownedPaths: 2 });
  });
});

describe('a patch with setuid on a file from which the source had taken it', () => {
  const list = { name: 'var/lib/dpkg/info/libssl3.list', text: '/usr/bin/su\n' };
  const setup: Setup = {
    sourceLayer: [list, { name: 'usr/bin/su', mode: 0o755 }],
    layer: [list, { name: 'usr/bin/su', mode: 0o4755, text: 'new' }],
    after: JSON.parse(JSON.stringify(debianReport([ZLIB])).replaceAll('"1.0"', '"1.1"')),
  };
  const regained = { regainedPaths: 1, regainedFiles: 'usr/bin/su' };

  it('is published, and its row names the file', async () => {
    expect(await endOf(setup)).toMatchObject({ state: 'publishing', ...regained });
  });

  it('is rejected if the policy refuses this', async () => {
    const row = await endOf({ ...setup, target: { refusesSetuid: true } });

    expect(row).toMatchObject({ state: 'rejected', reason: 'setuid-regained', ...regained });
    expect(row.detail).toContain('usr/bin/su');
  });

  it.each([
    [true, 'rejected', 'may give setuid back to usr/bin/su'],
    [false, 'publishing', undefined],
  ])(
    'is not counted if the source could not be read; refused %s: %s',
    async (refusesSetuid, state, detail) => {
      const { world, collect } = await setUp({ ...setup, target: { refusesSetuid } });
      const open = world.registry.openBlob.bind(world.registry);
      let opened = 0;
      world.registry.openBlob = async (repository, digest) => {
        opened += 1;
        return opened === 1 ? open(repository, digest) : undefined;
      };

      const ended = await collect();

      expect(ended).toMatchObject({ state });
      expect(ended.detail ?? '').toContain(detail ?? '');
      expect(ended.regainedPaths).toBeUndefined();
    },
  );

  it('is published if the policy refuses this, but no file has setuid again', async () => {
    const row = await endOf({ target: { refusesSetuid: true } });

    expect(row).toMatchObject({ state: 'publishing', regainedPaths: 0 });
  });
});

describe('a rejected patch', () => {
  it.each([
    ['still has a finding that it should fix', { after: debianReport([SSL]) }, 'not-fixed'],
    [
      'changes the config of the source',
      { staged: { config: { config: { Env: ['A=b'] } } } },
      'config-changed',
    ],
    ['lost a layer of the source', { staged: { layers: ['the patch'] } }, 'layers-changed'],
    [
      'has a layer that is not a tar',
      { staged: { layers: ['one layer', 'x'] } },
      'layer-suspicious',
    ],
  ] satisfies [string, Setup, string][])('%s', async (_, setup, reason) => {
    expect(await endOf(setup)).toMatchObject({
      state: 'rejected',
      reason,
      detail: expect.any(String),
    });
  });

  it('has a layer whose diff id is another', async () => {
    const layers = ['one layer', await tarOf([])];
    const diff_ids = ['one layer', 'another layer'].map((text) => digestOf(text));
    const rootfs = { type: 'layers', diff_ids };

    expect(await endOf({ staged: { layers, config: { rootfs } } })).toMatchObject({
      state: 'rejected',
      reason: 'layer-suspicious',
      detail: 'a layer has a wrong diff id',
    });
  });

  it('adds setuid files that no updated package owns', async () => {
    const layer = ['a', 'b', 'c', 'd'].map((name) => ({ name: `opt/${name}`, mode: 0o4755 }));

    expect(await endOf({ layer })).toMatchObject({
      state: 'rejected',
      reason: 'layer-suspicious',
      detail: expect.stringMatching(
        /^opt\/a is setuid, and no package of the source owns it; opt\/b is setuid/,
      ),
    });
  });

  it('is not an image', async () => {
    const { world, collect } = await setUp();
    const { manifest } = world.registry;
    world.registry.manifest = async (repository, reference) => {
      const stored = await manifest.call(world.registry, repository, reference);
      return repository === STAGING && stored ? { ...stored, mediaType: 'text/plain' } : stored;
    };

    expect(await collect()).toMatchObject({ state: 'rejected', reason: 'manifest-changed' });
  });
});

describe('a target that is skipped', () => {
  it('has a patch that adds nothing', async () => {
    expect(await endOf({ staged: { layers: ['one layer'] } })).toMatchObject({
      state: 'skipped',
      reason: 'no-op-patch',
    });
  });

  it('has a source that was deleted', async () => {
    const { world, source, collect } = await setUp();
    await world.registry.deleteManifest(REPOSITORY, source);

    expect(await collect()).toMatchObject({ state: 'skipped', reason: 'source-changed' });
  });
});

describe('a target that fails', () => {
  it('has no patch in staging any more', async () => {
    const { world, staged, collect } = await setUp();
    await world.registry.deleteManifest(STAGING, staged);

    expect(await collect()).toMatchObject({ state: 'failed', reason: 'staging-missing' });
  });

  it('has a patch whose layer is gone', async () => {
    const { world, collect } = await setUp();
    world.registry.openBlob = async () => undefined;

    expect(await collect()).toMatchObject({ state: 'failed', reason: 'staging-missing' });
  });
});

it('hands back a target whose patch the result does not mention', async () => {
  const { source, collect } = await setUp();

  expect(await collect(source)).toMatchObject({ state: 'verifying', job: '', attempts: 1 });
});

it('leaves an image with a large source for a step of its own', async () => {
  const world = new UnitWorld();
  await world.addRun();
  const [first, large] = ['v1', 'v2'].map((tag) =>
    target('a', tag, {
      state: 'verifying',
      staged: digestOf(tag),
      stagedRepository: STAGING,
      sourceBytes: 2 ** 31,
    }),
  );
  if (first === undefined || large === undefined) throw new Error('two targets');
  const held = await world.holdJob({ id: 'verify-1', kind: 'verify', attempt: 1 }, [first, large]);
  const result = scanResult(held.job, { images: [] });

  expect(await collectVerifications(world.services, held, result)).toBe(false);

  const jobs = await Promise.all(
    [first, large].map(async (one) => (await world.targetAt(one)).job),
  );
  expect(jobs.toSorted()).toEqual(['', 'verify-1']);
  expect(await collectVerifications(world.services, held, result)).toBe(true);
});

it('keeps no report after the lease expired', async () => {
  const { world, collect } = await setUp();
  world.clock.advance({ seconds: world.services.options.leaseSeconds });

  await expect(collect()).rejects.toThrow(LeaseLost);
});
