import { describe, expect, it } from 'vitest';
import { GroupName } from '../../../../lib/containers/container-groups.ts';
import { type Digest, digestOf, sha256Hex } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import type { ScanFailure, ScanImageResult } from '../../../../lib/job/job-result.ts';
import { LeaseLost } from '../../../../lib/pipeline/lease.ts';
import type { Run } from '../../../../lib/pipeline/records/run.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { keptReportName } from '../../../../lib/pipeline/results/accepted-scans.ts';
import { collectScans } from '../../../../lib/pipeline/results/collect-scans.ts';
import type { PipelineOptions } from '../../../../lib/pipeline/services.ts';
import { fingerprint } from '../../../../lib/report/finding.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';
import { debianReport, scratchReport } from '../../../pipeline/debian-report.ts';
import { aFinding } from '../../report/report-samples.ts';
import { scanResult } from '../job/result-samples.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { writeReport } from './report-blobs.ts';
import { REPOSITORY } from './staged-image.ts';

const SOURCE = digestOf('source');
const APT = { id: 'CVE-1', package: 'apt', fixed: '1.1' };
const ZLIB = { id: 'CVE-3', package: 'zlib1g' };
const WANTED = fingerprint([aFinding({ package: 'apt', fixed: '1.1' })]);
const TOOLS = { trivy: '0.74.0' };

interface Setup {
  readonly report?: unknown;
  readonly target?: Partial<Target>;
  readonly run?: Partial<Run>;
  readonly builder?: PipelineOptions['builder'];
  readonly advisoryPlatforms?: string[];
  /** What the group claims instead of a scan with this report. */
  readonly claims?: readonly ScanImageResult[];
}

/** A scan job with one target, whose group has written its result. */
async function setUp(setup: Setup = {}) {
  const world = new UnitWorld({ pipeline: { builder: setup.builder ?? { kind: 'standard' } } });
  await world.addRun({ databaseTime: world.clock.now(), ...setup.run });
  const own = target('a', 'v1', { state: 'scanning', sourceDigest: SOURCE, ...setup.target });
  const group = GroupName.parse('pw-scan-1-1');
  const held = await world.holdJob({ id: 'scan-1', kind: 'scan', attempt: 1, group }, [own]);
  world.groups.logs = async () => 'hello';
  const report = setup.report ?? debianReport([APT, ZLIB]);
  const reportSha256 = await writeReport(world, held.job, SOURCE, report);
  const scanned = { digest: SOURCE, outcome: 'scanned', reportSha256 } as const;
  const images = [...(setup.claims ?? [scanned])];
  const advisoryPlatforms = setup.advisoryPlatforms ?? ['debian 12'];
  const result = scanResult(held.job, { images, advisoryPlatforms, tools: TOOLS });
  const collect = async () => {
    await collectScans(world.services, held, result);
    return world.targetAt(own);
  };
  return { world, own, collect };
}

const endOf = async (setup: Setup = {}) => (await setUp(setup)).collect();

const BEFORE = {
  reportBefore: keptReportName({
    runId: '20261123T020000Z-7f3a',
    repository: 'a',
    digest: SOURCE,
    when: 'before',
  }),
  scannedAt: new Date('2026-11-23T02:00:00Z'),
  osFamily: 'debian',
  osName: '12.7',
  packagesCovered: 4,
  packagesUncovered: 0,
  beforeCritical: 0,
  beforeHigh: 2,
  beforeMedium: 0,
  beforeLow: 0,
  beforeUnknown: 0,
  beforeFixable: 1,
};

describe('a scanned target', () => {
  it('is patched next if it has findings with a fix', async () => {
    expect(await endOf()).toMatchObject({
      ...BEFORE,
      state: 'patching',
      job: '',
      fingerprint: WANTED,
    });
  });

  it('ends clean without findings', async () => {
    expect(await endOf({ report: debianReport([]) })).toMatchObject({
      ...BEFORE,
      state: 'clean',
      beforeHigh: 0,
      beforeFixable: 0,
    });
  });

  it('ends planned in a dry run', async () => {
    expect(await endOf({ run: { dryRun: true } })).toMatchObject({ ...BEFORE, state: 'planned' });
  });
});

describe('a target whose findings nobody knows', () => {
  it('has no numbers and no coverage without advisories for its system', async () => {
    const row = await endOf({ advisoryPlatforms: ['debian 11'] });

    expect(row).toMatchObject({ state: 'skipped', reason: 'no-advisory-data', osName: '12.7' });
    expect(row.detail).toContain('Trivy 0.74.0');
    expect(row.beforeHigh).toBeUndefined();
    expect(row.packagesCovered).toBeUndefined();
  });

  it('has coverage but no numbers if its database is too old to call it clean', async () => {
    const databaseTime = new Date('2026-10-01T00:00:00Z');
    const row = await endOf({ report: debianReport([]), run: { databaseTime } });

    expect(row).toMatchObject({ state: 'skipped', reason: 'database-too-old', packagesCovered: 4 });
    expect(row.beforeHigh).toBeUndefined();
  });

  it('has neither without an operating system', async () => {
    const row = await endOf({ report: scratchReport });

    expect(row).toMatchObject({ state: 'skipped', reason: 'unsupported-os' });
    expect(row.osFamily).toBeUndefined();
    expect(row.packagesCovered).toBeUndefined();
  });
});

describe('a target for which no builder works', () => {
  const fault = {
    builderCall: 'chroot',
    builderErrno: 'EPERM',
    builderDetail: 'no chroot',
    builderSetting: 'standard',
  } as const;

  it.each([
    ['the setting is none', { builder: { kind: 'none' } }, 'PATCHWRIGHT_BUILDER is none'],
    ['its run found none', { run: fault }, 'no chroot'],
  ] satisfies [string, Setup, string][])('fails if %s', async (_, setup, detail) => {
    expect(await endOf(setup)).toMatchObject({ state: 'failed', reason: 'no-builder', detail });
  });
});

const patch = (tag: string, digest: Digest, fingerprint: string) => ({
  tag: Tag.parse(tag),
  digest,
  sourceDigest: SOURCE,
  fingerprint,
});

describe('a target with patches', () => {
  const [older, newest] = [digestOf('older'), digestOf('newest')];

  it('ends with the one that fixes its findings, even if another one is newer', async () => {
    const patches = [patch('v1-1', older, WANTED), patch('v1-2', newest, 'other')];
    const row = await endOf({ target: { patches } });

    expect(row).toMatchObject({
      ...BEFORE,
      state: 'already-patched',
      patchTag: 'v1-1',
      patchDigest: older,
      earlierTag: 'v1-1',
      earlierHigh: 1,
      earlierFixable: 0,
    });
    expect(row.fixedFingerprint).toBeUndefined();
  });

  it('is patched again for new findings, and keeps which one was the newest', async () => {
    const patches = [patch('v1-1', older, 'other'), patch('v1-2', newest, 'another')];
    const row = await endOf({ target: { patches } });

    expect(row).toMatchObject({ state: 'patching', earlierTag: 'v1-2', earlierDigest: newest });
    expect(row.patchTag).toBeUndefined();
  });

  it('says nothing about an earlier patch if nobody knows its findings', async () => {
    const patches = [patch('v1-1', older, 'other')];
    const row = await endOf({ target: { patches }, advisoryPlatforms: ['debian 11'] });

    expect(row.earlierTag).toBeUndefined();
  });

  it('ends with a partial one while the image backs off', async () => {
    const setup = await setUp({ target: { patches: [patch('v1-1', older, 'part')] } });
    await setup.world.services.inventory.backOff(
      { repository: REPOSITORY, digest: SOURCE },
      {
        runId: setup.own.runId,
        fingerprint: WANTED,
        fixedFingerprint: 'part',
        tools: setup.world.services.options.patchWorkerImage.reference,
        at: setup.world.clock.now(),
      },
    );

    expect(await setup.collect()).toMatchObject({
      state: 'already-patched',
      patchTag: 'v1-1',
      fixedFingerprint: 'part',
    });
  });

  it('verifies a patch that its source has under a tag of another run', async () => {
    const setup = await setUp();
    const { digest } = await seedImage(setup.world.registry, {
      repository: REPOSITORY,
      annotations: {
        'io.patchwright.source.repository': REPOSITORY,
        'io.patchwright.source.digest': SOURCE,
        'io.patchwright.fingerprint': WANTED,
      },
    });
    const image = { repository: REPOSITORY, digest: SOURCE };
    await setup.world.services.inventory.rememberPatches(image, [digest]);

    expect(await setup.collect()).toMatchObject({
      state: 'verifying',
      fingerprint: WANTED,
      stagedRepository: REPOSITORY,
      staged: digest,
    });
  });
});

describe('an image that backs off', () => {
  async function backingOff(run: Partial<Run>) {
    const setup = await setUp({ run });
    const { services, clock } = setup.world;
    const image = { repository: REPOSITORY, digest: SOURCE };
    await services.inventory.backOff(image, {
      runId: setup.own.runId,
      fingerprint: WANTED,
      tools: services.options.patchWorkerImage.reference,
      at: clock.now(),
    });
    const row = await setup.collect();
    const known = await services.inventory.findImage(image);
    return { state: row.state, failures: known?.failures };
  }

  it.each([
    [{}, { state: 'waiting', failures: 1 }],
    [{ retry: true }, { state: 'patching', failures: 0 }],
    [
      { retry: true, dryRun: true },
      { state: 'planned', failures: 1 },
    ],
  ])('in a run with %o ends as %o', async (run, end) => {
    expect(await backingOff(run)).toEqual(end);
  });
});

describe('an image without a scan', () => {
  const failed = (failure: ScanFailure): ScanImageResult => ({
    digest: SOURCE,
    outcome: 'failed',
    failure,
    message: 'why',
  });
  const scanned = (reportSha256: string): ScanImageResult => ({
    digest: SOURCE,
    outcome: 'scanned',
    reportSha256,
  });

  it.each([
    ['result-invalid', []],
    ['report-invalid', [scanned(sha256Hex('another report'))]],
    ['image-not-found', [failed('image-not-found')]],
    ['unauthorized', [failed('unauthorized')]],
    ['image-too-large', [failed('image-too-large')]],
    ['database-unavailable', [failed('database-unavailable')]],
    ['report-invalid', [failed('report-too-large')]],
    ['timeout', [failed('timeout')]],
    ['tool-failed', [failed('tool-failed')]],
    ['timeout', [{ digest: SOURCE, outcome: 'not-started' }]],
  ] satisfies [string, ScanImageResult[]][])(
    'loses an attempt, and with the last one ends as %s with the log: %j',
    async (reason, claims) => {
      expect(await endOf({ claims })).toMatchObject({ state: 'scanning', job: '', attempts: 1 });

      const row = await endOf({ claims, target: { attempts: 2 } });
      expect(row).toMatchObject({ state: 'failed', reason });
      expect(row.log).toContain('scan-1/1.log');
    },
  );

  it('loses no attempt if it waited for another image of its job', async () => {
    const world = new UnitWorld();
    await world.addRun();
    const [waits, works] = ['v1', 'v2'].map((tag) => target('a', tag, { state: 'scanning' }));
    if (waits?.sourceDigest === undefined || works?.sourceDigest === undefined) throw new Error();
    const held = await world.holdJob({ id: 'scan-1', kind: 'scan', attempt: 1 }, [waits, works]);
    const images: ScanImageResult[] = [
      { digest: waits.sourceDigest, outcome: 'not-started' },
      { digest: works.sourceDigest, outcome: 'failed', failure: 'timeout', message: 'why' },
    ];

    await collectScans(world.services, held, scanResult(held.job, { images }));

    expect(await world.targetAt(waits)).toMatchObject({ job: '', attempts: 0 });
    expect(await world.targetAt(works)).toMatchObject({ job: '', attempts: 1 });
  });
});

it('keeps no report after the lease expired', async () => {
  const { world, own, collect } = await setUp();
  world.clock.advance({ seconds: world.services.options.leaseSeconds });

  await expect(collect()).rejects.toThrow(LeaseLost);
  expect(await world.targetAt(own)).toMatchObject({ state: 'scanning', job: 'scan-1' });
});
