import { describe, expect, it } from 'vitest';
import { ArtifactType } from '../../../../lib/image/annotations.ts';
import { digestOf } from '../../../../lib/image/digest.ts';
import { MediaType } from '../../../../lib/image/manifest.ts';
import { attachReferrers } from '../../../../lib/pipeline/publish/attach-referrers.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { SMALL_REPORT_BYTES, withReport } from '../../../../lib/pipeline/results/with-report.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { seedImage } from '../../../fakes/registry/seed-image.ts';
import { debianReport } from '../../../pipeline/debian-report.ts';
import { reportBytes, storeReport } from '../results/report-blobs.ts';
import { pushSource, REPOSITORY } from '../results/staged-image.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const VERIFIED = new Date('2026-11-23T04:00:00Z');
const APT = { id: 'CVE-1', package: 'apt', fixed: '1.1' };
const SSL = { id: 'CVE-2', package: 'libssl3', fixed: '1.1' };
const REPORTS = { before: debianReport([APT, SSL]), after: debianReport([]) };

/** A published patch whose referrers are about to be attached. */
async function setUp(changes: Partial<Target> = {}) {
  const world = new UnitWorld();
  const { registry } = world;
  const source = await pushSource(world);
  const patch = await seedImage(registry, { repository: REPOSITORY, layers: ['patch'] });
  for (const [when, report] of Object.entries(REPORTS)) {
    await storeReport(world, `${when}.json`, report);
  }
  const own = target('a', 'v1', {
    sourceDigest: source,
    reportBefore: 'before.json',
    reportAfter: 'after.json',
    verifiedAt: VERIFIED,
    ...changes,
  });
  const attach = () => attachReferrers(world.services, own, patch.descriptor);
  const read = async () => {
    const referrers = await registry.referrers(REPOSITORY, patch.digest);
    const entries = referrers.map(async ({ artifactType = '', digest }) => {
      const stored = await registry.manifest(REPOSITORY, digest);
      const manifest = JSON.parse(Buffer.from(stored?.bytes ?? []).toString());
      const content = await registry.blob(
        REPOSITORY,
        manifest.layers[0].digest,
        2 * SMALL_REPORT_BYTES,
      );
      return [artifactType, { manifest, content: Buffer.from(content ?? []) }] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  };
  return { world, source, patch, attach, read };
}

const { ofSource, ...always } = ArtifactType;
const TYPES = Object.values(always).sort();

describe('attachReferrers', () => {
  it('attaches the VEX document, the SBOM and both reports as they were accepted', async () => {
    const { attach, read } = await setUp();

    await attach();

    const attached = await read();
    expect(Object.keys(attached).sort()).toEqual(TYPES);
    expect(attached[ArtifactType.reportBefore]?.content).toEqual(reportBytes(REPORTS.before));
    expect(attached[ArtifactType.reportAfter]?.content).toEqual(reportBytes(REPORTS.after));
  });

  it('writes artifact manifests with the time of the verification and a title for oras', async () => {
    const { patch, attach, read } = await setUp();

    await attach();

    expect((await read())[ArtifactType.vex]?.manifest).toEqual({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      artifactType: ArtifactType.vex,
      config: { mediaType: MediaType.ociEmpty, digest: digestOf('{}'), size: 2 },
      layers: [
        {
          mediaType: ArtifactType.vex,
          digest: expect.any(String),
          size: expect.any(Number),
          annotations: { 'org.opencontainers.image.title': 'vex.openvex.json' },
        },
      ],
      subject: patch.descriptor,
      annotations: { 'org.opencontainers.image.created': VERIFIED.toISOString() },
    });
  });

  it('takes the time of the discovery if the verification has none', async () => {
    const { attach, read } = await setUp({ verifiedAt: undefined });

    await attach();

    expect((await read())[ArtifactType.sbom]?.manifest.annotations).toEqual({
      'org.opencontainers.image.created': target('a', 'v1').discoveredAt.toISOString(),
    });
  });

  it('states only what the patch fixes', async () => {
    const { attach, read } = await setUp({ blocked: [{ package: 'libssl3', reason: 'held' }] });

    await attach();

    const { statements } = JSON.parse(`${(await read())[ArtifactType.vex]?.content}`);
    expect(JSON.stringify(statements)).toContain('CVE-1');
    expect(JSON.stringify(statements)).not.toContain('CVE-2');
  });

  it('lists the artifacts of the source, if it has some', async () => {
    const { world, source, attach, read } = await setUp();
    const stored = await world.registry.manifest(REPOSITORY, source);
    if (stored === undefined) throw new Error('there is no source');
    const { mediaType, bytes } = stored;
    await seedImage(world.registry, {
      repository: REPOSITORY,
      layers: ['signature'],
      artifactType: 'application/signature',
      subject: { mediaType, digest: source, size: bytes.length },
    });

    await attach();

    const attached = await read();
    expect(Object.keys(attached).sort()).toEqual([...TYPES, ofSource].sort());
    expect(attached[ofSource]?.content.toString()).toContain('application/signature');
  });
});

describe('large reports', () => {
  /** A report that is too large to be held beside others. */
  const large = { ...REPORTS.after, padding: ' '.repeat(SMALL_REPORT_BYTES) };

  it('are attached while another step reads a large report', async () => {
    const { world, attach, read } = await setUp({ reportAfter: 'large.json' });
    await storeReport(world, 'large.json', large);
    const other = Promise.withResolvers<void>();
    const put = world.registry.putManifest.bind(world.registry);
    world.registry.putManifest = async (...args) => {
      const report = { container: CONTAINERS.reports, name: 'large.json' };
      // Would wait for ever if the upload held the turn to read.
      await withReport(world.services, report, async () => other.resolve());
      return put(...args);
    };

    await attach();

    await other.promise;
    expect(Object.keys(await read()).sort()).toEqual(TYPES);
  });

  it('are attached by one step at a time', async () => {
    const { world, attach } = await setUp({ reportBefore: 'large.json' });
    await storeReport(world, 'large.json', large);
    let [now, most] = [0, 0];
    const put = world.registry.putBlob.bind(world.registry);
    world.registry.putBlob = async (...args) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
      return put(...args);
    };

    await Promise.all([attach(), attach(), attach()]);

    expect(most).toBe(1);
  });
});

describe('a repeated step', () => {
  it('writes nothing if all are attached, even without the reports', async () => {
    const first = await setUp();
    await first.attach();
    first.world.blobs.read = () => expect.fail('no report is needed');
    first.world.registry.putManifest = () => expect.fail('nothing is missing');

    await first.attach();

    expect(Object.keys(await first.read()).sort()).toEqual(TYPES);
  });

  it('attaches only what a step that crashed did not attach', async () => {
    const { world, attach, read } = await setUp();
    const put = world.registry.putManifest.bind(world.registry);
    let left = 2;
    world.registry.putManifest = async (...args) => {
      if (left === 0) throw new Error('the step crashed');
      left -= 1;
      return put(...args);
    };
    await expect(attach()).rejects.toThrow('the step crashed');
    expect(Object.keys(await read())).toHaveLength(2);
    left = 2;

    await attach();

    expect(Object.keys(await read()).sort()).toEqual(TYPES);
  });
});

it.each(['reportBefore', 'reportAfter'] as const)(
  'throws without the accepted %s',
  async (report) => {
    const { attach, read } = await setUp({ [report]: 'absent.json' });

    await expect(attach()).rejects.toThrow('an accepted report is absent');
    expect(await read()).toEqual({});
  },
);
