import { describe, expect, it } from 'vitest';
import { GroupName } from '../../../../lib/containers/container-groups.ts';
import { digestOf } from '../../../../lib/image/digest.ts';
import type { BlockedPackage } from '../../../../lib/job/blocked-package.ts';
import type {
  PatchFailure,
  PatchImageResult,
  PatchJobResult,
} from '../../../../lib/job/job-result.ts';
import { containerOf } from '../../../../lib/pipeline/records/container-names.ts';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import { collectPatch } from '../../../../lib/pipeline/results/collect-patches.ts';
import { type PipelineOptions, secondsAfter } from '../../../../lib/pipeline/services.ts';
import { bySource, ownTargets } from '../../../../lib/pipeline/targets/job-targets.ts';
import { debianReport } from '../../../pipeline/debian-report.ts';
import { patchResult } from '../job/result-samples.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { storeReport } from './report-blobs.ts';
import { pushSource, pushStaged, REPOSITORY, STAGING } from './staged-image.ts';

const LOST = { state: 'patching', job: '', attempts: 1 };

interface Setup {
  readonly attempts?: number;
  readonly builder?: PipelineOptions['builder'];
  readonly job?: Partial<Job>;
  readonly result?: Partial<PatchJobResult>;
  readonly world?: UnitWorld;
}

/** Collects what a container claims about an image with these lost attempts. */
async function collect(
  claim: PatchImageResult | ((source: PatchImageResult['digest']) => PatchImageResult) | undefined,
  setup: Setup = {},
) {
  const builder = setup.builder ?? { kind: 'standard' };
  const world = setup.world ?? new UnitWorld({ pipeline: { builder } });
  await world.addRun();
  const source = await pushSource(world);
  const asked: string[] = [];
  world.groups.logs = async (_, container) => {
    asked.push(container);
    return 'hello';
  };
  const group = GroupName.parse('pw-patch-1-1');
  const own = target('a', 'v1', {
    state: 'patching',
    sourceDigest: source,
    fingerprint: 'f',
    reportBefore: 'before.json',
    attempts: setup.attempts ?? 0,
  });
  const held = await world.holdJob(
    { id: 'patch-1', kind: 'patch', attempt: 1, group, ...setup.job },
    [own],
  );
  const [image] = bySource(await ownTargets(world.services, held.job));
  if (image === undefined) throw new Error('there is no image');
  const made = typeof claim === 'function' ? claim(source) : claim;
  const images = made === undefined ? [] : [{ ...made, digest: source }];
  const result = { ...patchResult(held.job, { images }), ...setup.result };
  const readUntil = secondsAfter(world.clock.now(), 60);
  await collectPatch(world.services, held, image, { result, readUntil });
  return {
    row: await world.targetAt(own),
    job: await world.jobAt({ runId: own.runId, id: 'patch-1' }),
    container: containerOf({ repository: 'a', digest: source }),
    asked,
  };
}

const DIGEST = digestOf('replaced by the source');
const failed = (failure: PatchFailure): PatchImageResult => ({
  digest: DIGEST,
  outcome: 'failed',
  failure,
  message: 'why',
});

describe('an image without a result of its own', () => {
  it.each([
    ['the result does not mention it', undefined, 'result-invalid'],
    ['its container had no time', { digest: DIGEST, outcome: 'not-started' }, 'timeout'],
  ] as const)('loses an attempt, the last one with the log, if %s', async (_, claim, reason) => {
    expect((await collect(claim)).row).toMatchObject(LOST);

    const { row, asked, container } = await collect(claim, { attempts: 2 });
    expect(row).toMatchObject({ state: 'failed', reason });
    expect(row.log).toContain(container);
    expect(asked).toEqual([container]);
  });
});

describe('an image whose patch failed', () => {
  it.each([
    'image-too-large',
    'package-source-unreachable',
    'unauthorized',
    'timeout',
    'tool-failed',
    'builder-unavailable',
  ] as const)('loses an attempt: %s', async (failure) => {
    expect((await collect(failed(failure))).row).toMatchObject(LOST);

    const { row, container } = await collect(failed(failure), { attempts: 2 });
    expect(row).toMatchObject({ state: 'failed', reason: failure, detail: 'why', attempts: 3 });
    expect(row.log).toContain(container);
  });

  it.each([
    ['unsupported-os', 'skipped', 'unsupported-os'],
    ['end-of-life', 'skipped', 'end-of-life'],
    ['builder-incompatible', 'skipped', 'builder-incompatible'],
    ['step-crashed', 'failed', 'package-manager-failed'],
    ['needs-proc', 'failed', 'needs-proc'],
    ['package-manager-failed', 'failed', 'package-manager-failed'],
    ['package-source-gone', 'failed', 'package-source-gone'],
    ['package-source-untrusted', 'failed', 'package-source-untrusted'],
    ['tooling-image-not-found', 'failed', 'tooling-image-not-found'],
    ['image-not-found', 'failed', 'image-not-found'],
  ] as const)('ends at once: %s is %s, %s', async (failure, state, reason) => {
    const { row, container } = await collect(failed(failure));

    expect(row).toMatchObject({ state, reason, detail: 'why' });
    expect(row.log).toContain(container);
  });

  it('is skipped after a crash of a build step in a confidential group', async () => {
    const { row } = await collect(failed('step-crashed'), { builder: { kind: 'confidential' } });

    expect(row).toMatchObject({ state: 'skipped', reason: 'builder-incompatible', detail: 'why' });
  });

  it('keeps the builder that became unavailable', async () => {
    const { row } = await collect(failed('builder-unavailable'), { attempts: 2 });

    expect(row.builder).toBe('mount-free');
  });
});

describe('an image whose container group refuses every builder', () => {
  const refusals = [{ name: 'chroot', call: 'chroot', errno: 'EPERM', lasting: true }];
  const refused = { refusals, builder: undefined };
  const claim = failed('builder-unavailable');

  it('ends at once without a log, and its job keeps the refusal', async () => {
    const { row, job, asked } = await collect(claim, { result: refused });

    expect(row).toMatchObject({ state: 'failed', reason: 'no-builder', detail: job.builderDetail });
    expect(job).toMatchObject({ builderCall: 'chroot', builderErrno: 'EPERM' });
    expect(asked).toEqual([]);
  });

  it.each([
    ['another container of the group has a builder', { job: { builder: 'upstream' } }],
    ['the daemon is remote', { builder: { kind: 'remote', address: 'tcp://b.test', tls: TLS() } }],
    ['another attempt may find one', { result: { ...refused, refusals: [] } }],
  ] satisfies [string, Setup][])('loses an attempt if %s', async (_, setup) => {
    const { row, job } = await collect(claim, { result: refused, ...setup });

    expect(row).toMatchObject(LOST);
    expect(job.builderCall).toBeUndefined();
  });
});

function TLS() {
  return { ca: 'ca', cert: 'cert', key: 'key' };
}

describe('an image in which nothing could be updated', () => {
  const nothing = (blocked?: BlockedPackage[]) =>
    ({ digest: DIGEST, outcome: 'nothing-to-do', blocked }) as const;

  it('is skipped', async () => {
    const { row } = await collect(nothing());

    expect(row).toMatchObject({ state: 'skipped', reason: 'no-op-patch' });
    expect(row.detail).toBeUndefined();
  });

  it('is skipped with the packages that keep it from being patched', async () => {
    const { row } = await collect(nothing([{ package: 'curl', reason: 'held' }]));

    expect(row).toMatchObject({ reason: 'no-op-patch', detail: 'not updated: curl (held)' });
  });
});

describe('a patched image', () => {
  const patched = (staged = DIGEST, blocked: BlockedPackage[] = []): PatchImageResult => ({
    digest: DIGEST,
    outcome: 'patched',
    staged,
    blocked,
  });

  async function staged() {
    const world = new UnitWorld();
    const fixed = '1.1';
    const apt = { id: 'CVE-1', package: 'apt', fixed };
    const ssl = { id: 'CVE-2', package: 'libssl3', fixed };
    await storeReport(world, 'before.json', debianReport([apt, ssl]));
    return { world, digest: await pushStaged(world, await pushSource(world)) };
  }

  it('is verified next, without what its patch leaves out', async () => {
    const { world, digest } = await staged();
    const blocked: BlockedPackage[] = [{ package: 'apt', reason: 'held' }];

    const { row } = await collect(patched(digest, blocked), { world });

    expect(row).toMatchObject({ state: 'verifying', stagedRepository: STAGING, blocked });
    expect(row.fixedFingerprint).toMatch(/^[a-f0-9]{64}$/);
  });

  it('is not staged if the result excludes every package', async () => {
    const { world, digest } = await staged();
    const blocked: BlockedPackage[] = [
      { package: 'apt', reason: 'held' },
      { package: 'libssl3', reason: 'held' },
    ];

    const { row } = await collect(patched(digest, blocked), { world });

    expect(row).toMatchObject(LOST);
    expect(world.digests(STAGING)).toEqual([digest]);
  });

  it('loses an attempt if its patch is not in the staging repository', async () => {
    expect((await collect(patched())).row).toMatchObject(LOST);
    expect((await collect(patched(), { attempts: 2 })).row).toMatchObject({
      state: 'failed',
      reason: 'staging-missing',
    });
  });

  it('ends if its source was deleted meanwhile', async () => {
    const { world, digest } = await staged();

    const { row } = await collect(
      (source) => {
        void world.registry.deleteManifest(REPOSITORY, source);
        return patched(digest);
      },
      { world },
    );

    expect(row).toMatchObject({ state: 'skipped', reason: 'source-changed', attempts: 0 });
  });
});
