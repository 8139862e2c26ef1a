import { describe, expect, it } from 'vitest';
import { type Digest, digestOf, sha256Hex } from '../../../../lib/image/digest.ts';
import { MAX_REPORT_BYTES } from '../../../../lib/job/job-result.ts';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import {
  keepReport,
  keptReportName,
  withClaimedReport,
  withKeptReport,
} from '../../../../lib/pipeline/results/accepted-scans.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { debianReport } from '../../../pipeline/debian-report.ts';
import { job } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { reportBytes, storeReport, writeReport } from './report-blobs.ts';

const SOURCE = digestOf('source');
const JOB = job('scan-1');
const REPORT = debianReport([{ id: 'CVE-1', package: 'apt', fixed: '1.1' }]);
const OF_RUN = { runId: 'run', repository: 'team/api', digest: SOURCE } as const;

function claimed(world: UnitWorld, of: Job, claim: { digest: Digest; reportSha256: string }) {
  return withClaimedReport(world.services, { job: of, claim }, async (report) => report);
}

function keptScan(world: UnitWorld, name: string | undefined) {
  return withKeptReport(world.services, name, async ({ scan }) => scan);
}

async function keptBytes({ blobs }: UnitWorld, name: string): Promise<Uint8Array> {
  const blob = await blobs.read(CONTAINERS.reports, name, MAX_REPORT_BYTES);
  return blob.found ? blob.bytes : expect.fail('the report is not there');
}

describe('a claimed report', () => {
  it('returns the scan and the bytes of a report with the claimed checksum', async () => {
    const world = new UnitWorld();
    const reportSha256 = await writeReport(world, JOB, SOURCE, REPORT);

    const report = await claimed(world, JOB, { digest: SOURCE, reportSha256 });

    expect(report).toMatchObject({ ok: true, value: { scan: { os: { family: 'debian' } } } });
    expect(report.ok && Buffer.from(report.value.bytes)).toEqual(reportBytes(REPORT));
  });

  it('refuses a report that is not there', async () => {
    const world = new UnitWorld();
    const claim = { digest: SOURCE, reportSha256: sha256Hex('') };

    expect(await claimed(world, JOB, claim)).toEqual({
      ok: false,
      fault: 'the report is absent',
    });
  });

  it('refuses a report of another attempt', async () => {
    const world = new UnitWorld();
    const reportSha256 = await writeReport(world, JOB, SOURCE, REPORT);
    const claim = { digest: SOURCE, reportSha256 };

    expect(await claimed(world, { ...JOB, attempt: 2 }, claim)).toMatchObject({
      ok: false,
    });
  });

  it('refuses a report with another checksum', async () => {
    const world = new UnitWorld();
    await writeReport(world, JOB, SOURCE, REPORT);
    const claim = { digest: SOURCE, reportSha256: sha256Hex('another') };

    expect(await claimed(world, JOB, claim)).toEqual({
      ok: false,
      fault: 'the report does not match the checksum in the result',
    });
  });

  it('refuses what is not a report', async () => {
    const world = new UnitWorld();
    const reportSha256 = await writeReport(world, JOB, SOURCE, '{');

    expect(await claimed(world, JOB, { digest: SOURCE, reportSha256 })).toMatchObject({
      ok: false,
      fault: expect.stringContaining('JSON'),
    });
  });
});

describe('keeping a report', () => {
  it('stores the bytes of the report under the name of its run and source', async () => {
    const world = new UnitWorld();
    const report = { ...OF_RUN, when: 'before', bytes: reportBytes(REPORT) } as const;

    const name = await keepReport(world.services, report);

    expect(name).toBe(`run/team/api/${SOURCE.replace(':', '-')}/before.json`);
    expect(name).toBe(keptReportName(report));
    expect(Buffer.from(await keptBytes(world, name))).toEqual(report.bytes);
  });

  it('keeps the reports of a source and of its patch apart', () => {
    expect(keptReportName({ ...OF_RUN, when: 'after' })).toMatch(/\/after\.json$/);
  });

  it('masks a credential and leaves the rest of the report', async () => {
    const world = new UnitWorld();
    const leaky = { ...REPORT, ArtifactName: 'http://user:hunter2@mirror.test/' };
    const bytes = reportBytes(leaky);

    const name = await keepReport(world.services, { ...OF_RUN, when: 'before', bytes });

    const kept = Buffer.from(await keptBytes(world, name)).toString();
    expect(kept).not.toContain('hunter2');
    expect(JSON.parse(kept)).toEqual({ ...REPORT, ArtifactName: expect.any(String) });
  });

  it('keeps bytes that are not UTF-8 if there is nothing to mask', async () => {
    const world = new UnitWorld();
    const bytes = Uint8Array.of(0x7b, 0xff, 0x7d);

    const name = await keepReport(world.services, { ...OF_RUN, when: 'before', bytes });

    expect(await keptBytes(world, name)).toEqual(bytes);
  });
});

describe('a kept report', () => {
  it('reads the scan of a kept report', async () => {
    const world = new UnitWorld();
    await storeReport(world, 'kept.json', REPORT);

    expect(await keptScan(world, 'kept.json')).toMatchObject({
      findings: [{ id: 'CVE-1', package: 'apt', fixed: '1.1' }],
    });
  });

  it.each([
    ['there is no name', undefined, 'not a valid blob name'],
    ['there is no blob', 'other.json', 'an accepted report is absent'],
    ['the blob is not a report', 'broken.json', 'an accepted report does not parse: '],
  ])('throws if %s', async (_, name, message) => {
    const world = new UnitWorld();
    await storeReport(world, 'broken.json', '{');

    await expect(keptScan(world, name)).rejects.toThrow(message);
  });
});
