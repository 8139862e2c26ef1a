import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../../lib/image/digest.ts';
import { runWorker } from '../../../../worker/run-worker.ts';
import { imageDigest } from '../support/jobs.ts';
import { REPORT, scanWorker } from '../support/scan-worker.ts';

const worker = scanWorker();
const { prepare, result } = worker;

describe('a scan job', () => {
  it('fetches the pinned database, scans each image by digest and stores reports before the result', async () => {
    const setup = await prepare({ images: 2 });

    const end = await runWorker(setup.context, 'scan');

    expect(end).toBe('done');
    expect(result()).toEqual({
      version: 1,
      kind: 'scan',
      jobId: 'job-1',
      attempt: 1,
      startedAt: '2026-11-23T02:00:00.000Z',
      finishedAt: '2026-11-23T02:00:00.000Z',
      tools: { trivy: '1.2.3-test' },
      advisoryPlatforms: ['alpine 3.18', 'debian 12'],
      images: [0, 1].map((index) => ({
        digest: imageDigest(index),
        outcome: 'scanned',
        reportSha256: sha256Hex(REPORT),
      })),
    });
    expect([...worker.services.blobs.keys()]).toEqual([
      '/results/report-0.json',
      '/results/report-1.json',
      '/results/result.json',
    ]);
    const calls = (await setup.mark('calls'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(calls).toHaveLength(3);
    expect(calls[0]).toContain('--download-db-only');
    expect(calls[0][calls[0].indexOf('--db-repository') + 1]).toMatch(
      new RegExp(`^${worker.services.host}/mirror/trivy-db@sha256:[a-f0-9]{64}$`),
    );
    expect(calls[1].at(-1)).toBe(`${worker.services.host}/team/api@${imageDigest(0)}`);
    expect(calls[1]).toEqual(expect.arrayContaining(['--skip-db-update', '--list-all-pkgs']));
    expect(calls[1]).not.toContain('--ignore-unfixed');
    expect(calls[1]).not.toContain('--insecure');
  });

  it.each([
    ['cannot be fetched', { database: 'console.error("FATAL\\tno route"); process.exit(1);' }],
    ['cannot be listed', { buckets: 'console.error("invalid database"); process.exit(1);' }],
  ])('fails every image if the database %s', async (_how, faults) => {
    const setup = await prepare({ images: 2, ...faults });

    const end = await runWorker(setup.context, 'scan');

    expect(end).toBe('done');
    expect(result().advisoryPlatforms).toEqual([]);
    expect(result().images).toMatchObject([
      { outcome: 'failed', failure: 'database-unavailable' },
      { outcome: 'failed', failure: 'database-unavailable' },
    ]);
  });

  it('ends at the first report that already exists', async () => {
    const setup = await prepare({ images: 3 });
    worker.services.blobs.set('/results/report-1.json', 'of an earlier attempt');

    const end = await runWorker(setup.context, 'scan');

    expect(end).toBe('already-written');
    expect([...worker.services.blobs.keys()].sort()).toEqual([
      '/results/report-0.json',
      '/results/report-1.json',
    ]);
  });
});
