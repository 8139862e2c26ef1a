import { beforeEach, describe, expect, it } from 'vitest';
import { getReport } from '../../../lib/api/report.ts';
import { ReportView } from '../../../lib/history/report-view.ts';
import { digestOf } from '../../../lib/image/digest.ts';
import type { InTurn } from '../../../lib/in-turn.ts';
import { SMALL_REPORT_BYTES } from '../../../lib/pipeline/results/with-report.ts';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryBlobs } from '../../fakes/memory-blobs.ts';
import { debianReport } from '../../pipeline/debian-report.ts';
import { FIRST, SECOND, THIRD, threeNights } from '../history/history-samples.ts';
import { parsed } from './api-samples.ts';

const FINDINGS = [
  { id: 'CVE-2026-1', package: 'libssl3', fixed: '3.0.2' },
  { id: 'CVE-2026-2', package: 'zlib1g' },
];
const REPORTS = { reportBefore: 'before.json', reportAfter: 'after.json' };

let turns = 0;
/** Replaces the report before the patch by one of this size. */
let padTo: (bytes: number) => Promise<void>;
let ask: (name: string) => Promise<ReturnType<typeof parsed>>;
/** Writes columns of the target of a tag in a run. */
let change: (tag: string, runId: string, columns: object) => Promise<void>;
beforeEach(async () => {
  const { history, tables } = await threeNights();
  change = async (tag, runId, columns) => {
    const row = tables
      .all(TABLES.targets)
      .find(({ entity }) => entity.tag === tag && entity.partitionKey === runId);
    if (row === undefined) throw new Error(`no target of ${tag} in ${runId}`);
    await tables.replace(TABLES.targets, { ...row.entity, ...columns }, row.etag);
  };
  await change('1.4', SECOND, REPORTS);
  const blobs = new MemoryBlobs({ clock: new ManualClock() });
  const put = (name: string, findings: typeof FINDINGS) =>
    blobs.create(
      CONTAINERS.reports,
      name,
      Buffer.from(JSON.stringify(debianReport(findings))),
      'application/json',
    );
  padTo = async (bytes) => {
    const padding = ' '.repeat(bytes);
    const report = Buffer.from(JSON.stringify({ ...debianReport(FINDINGS), padding }));
    await blobs.create(CONTAINERS.reports, `${bytes}.json`, report, 'application/json');
    await change('1.4', SECOND, { reportBefore: `${bytes}.json` });
  };
  await put('before.json', FINDINGS);
  await put('after.json', FINDINGS.slice(1));
  turns = 0;
  const largeReports: InTurn = (work) => {
    turns += 1;
    return work();
  };
  const services = { history: { ...history, blobs }, largeReports };
  ask = async (name) =>
    parsed(await getReport({ query: {}, name, ifNoneMatch: undefined }, services));
});

describe('the report of an image', () => {
  it('waits for its turn if it is large, and is refused beyond a limit', async () => {
    expect((await ask('team/api:1.4')).status).toBe(200);
    expect(turns).toBe(0);

    await padTo(SMALL_REPORT_BYTES);
    expect(await ask('team/api:1.4')).toMatchObject({ status: 200, body: { more: 0 } });
    expect(turns).toBe(1);

    await padTo(8 * 1024 * 1024);
    const { status, body } = await ask('team/api:1.4');
    expect(status).toBe(413);
    expect(body.detail).toContain('patchwright report IMAGE');
  });

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

  it('calls nothing fixed if the run verified a patch and did not publish it', async () => {
    await change('2.0', THIRD, REPORTS);
    const { body } = await ask('team/web:2.0');

    expect(body).toMatchObject({ runId: THIRD, patchTag: null });
    expect(body.findings).toMatchObject([{ status: 'open' }, { status: 'no-fix' }]);
  });

  it('is of the newest run that scanned the image, if the image has no patch', async () => {
    await change('2.0', FIRST, REPORTS);
    await change('2.0', THIRD, { reportBefore: 'before.json' });

    expect(await ask('team/web:2.0')).toMatchObject({ body: { runId: THIRD } });
  });

  it('has the patch that was published before its floating tag failed', async () => {
    const digest = digestOf('a patch');
    await change('1.4', SECOND, { state: 'failed', staged: digest, patchDigest: digest });

    const { body } = await ask('team/api:1.4');
    expect(body.findings).toMatchObject([{ status: 'fixed' }, { status: 'no-fix' }]);
  });

  it('is 404 if no scan is kept, or if there is no such image', async () => {
    expect(await ask('team/api:1.5')).toMatchObject({
      status: 404,
      body: { detail: 'no report of this image is kept' },
    });
    expect((await ask('team/none:1')).status).toBe(404);
  });
});
