import { beforeAll, describe, expect, it } from 'vitest';
import { getReport } from '../../../lib/api/reads.ts';
import { ReportView } from '../../../lib/history/report-view.ts';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryBlobs } from '../../fakes/memory-blobs.ts';
import { debianReport } from '../../pipeline/debian-report.ts';
import { SECOND, threeNights } from '../history/history-samples.ts';
import { parsed } from './api-samples.ts';

const FINDINGS = [
  { id: 'CVE-2026-1', package: 'libssl3', fixed: '3.0.2' },
  { id: 'CVE-2026-2', package: 'zlib1g' },
];

let ask: (name: string) => Promise<ReturnType<typeof parsed>>;
beforeAll(async () => {
  const { history, tables } = await threeNights();
  const patched = tables.all(TABLES.targets).find(({ entity }) => entity.state === 'patched');
  if (patched === undefined) throw new Error('no target was patched');
  const names = { reportBefore: 'before.json', reportAfter: 'after.json' };
  await tables.replace(TABLES.targets, { ...patched.entity, ...names }, patched.etag);
  const blobs = new MemoryBlobs({ clock: new ManualClock() });
  const put = (name: string, findings: typeof FINDINGS) =>
    blobs.create(
      CONTAINERS.reports,
      name,
      Buffer.from(JSON.stringify(debianReport(findings))),
      'application/json',
    );
  await put('before.json', FINDINGS);
  await put('after.json', FINDINGS.slice(1));
  const clock = { now: () => new Date(0) };
  const services = { history: { ...history, blobs }, clock, sleep: async () => undefined };
  ask = async (name) =>
    parsed(await getReport({ query: {}, name, ifNoneMatch: undefined }, services));
});

describe('the report of an image', () => {
  it('has each finding by its CVE, and what the patch did about it', async () => {
    const { status, body } = await ask('team/api:1.4');

    expect(status).toBe(200);
    expect(ReportView.strict().parse(body)).toEqual(body);
    expect(body).toMatchObject({
      image: 'team/api:1.4',
      runId: SECOND,
      patchTag: '1.4-1',
      more: 0,
    });
    expect(body.findings).toEqual([
      {
        ...{ id: 'CVE-2026-1', package: 'libssl3', installed: '1.0', fixed: '3.0.2' },
        ...{ severity: 'high', status: 'fixed' },
      },
      {
        ...{ id: 'CVE-2026-2', package: 'zlib1g', installed: '1.0', fixed: null },
        ...{ severity: 'high', status: 'no-fix' },
      },
    ]);
  });

  it('is 404 if no scan is kept, or if there is no such image', async () => {
    expect(await ask('team/api:1.5')).toMatchObject({
      status: 404,
      body: { detail: 'no report of this image is kept' },
    });
    expect((await ask('team/none:1')).status).toBe(404);
  });
});
