import { describe, expect, it } from 'vitest';
import { runWorker } from '../../../../worker/run-worker.ts';
import { imageDigest } from '../support/jobs.ts';
import { scanWorker, WRITE_REPORT } from '../support/scan-worker.ts';
import { eventually, type WorkerSetup } from '../support/worker-setup.ts';

const worker = scanWorker();
const { prepare, result } = worker;

describe('the scan of an image', () => {
  it.each([
    ['unauthorized', 'UNAUTHORIZED: authentication required'],
    ['image-not-found', 'MANIFEST_UNKNOWN: manifest unknown'],
    ['image-too-large', 'no space left on device'],
    ['timeout', 'context deadline exceeded'],
    ['tool-failed', 'whatever'],
  ])('fails one image with %s and continues with the next', async (failure, text) => {
    const setup = await prepare({
      images: 2,
      scan: `if (digest === '${imageDigest(0)}') {
          console.error('2026-11-23T02:00:00Z\\tWARN\\tDENIED is the name of a file');
          console.error('2026-11-23T02:00:00Z\\tFATAL\\tFatal error\\trun error: ${text}');
          process.exit(1);
        } ${WRITE_REPORT}`,
    });

    await runWorker(setup.context, 'scan');

    const { images } = result();
    expect(images[0]).toMatchObject({ outcome: 'failed', failure });
    expect(images[0]?.outcome === 'failed' && images[0].message).toContain(text);
    expect(images[1]).toMatchObject({ outcome: 'scanned' });
  });

  it('refuses a report that is too large before reading it', async () => {
    const setup = await prepare({
      scan: `fs.closeSync(fs.openSync(option('--output'), 'w'));
        fs.truncateSync(option('--output'), 32 * 1024 * 1024 + 1);`,
    });

    await runWorker(setup.context, 'scan');

    expect(result().images).toMatchObject([{ outcome: 'failed', failure: 'report-too-large' }]);
    expect(worker.services.blobs.has('/results/report-0.json')).toBe(false);
  });

  it('fails an image if Trivy exits with 0 without a report', async () => {
    const setup = await prepare({ scan: '' });

    await runWorker(setup.context, 'scan');

    expect(result().images).toMatchObject([{ outcome: 'failed', failure: 'tool-failed' }]);
  });

  it('stops a scan at the time limit that Trivy is given too', async () => {
    const setup: WorkerSetup = await prepare({
      scan: "mark('up', 'x'); setInterval(() => {}, 1000);",
      context: {
        sleep: async (milliseconds, signal) => {
          const wanted = async () => (signal?.aborted === true ? 'over' : setup.mark('up'));
          if (milliseconds > 10_000) await eventually(wanted);
        },
      },
    });

    await runWorker(setup.context, 'scan');

    expect(result().images).toMatchObject([{ outcome: 'failed', failure: 'timeout' }]);
    expect(await setup.mark('calls')).toContain('"600s"');
  });

  it('does not start an image without enough time before the deadline', async () => {
    const setup = await prepare({
      images: 2,
      change: () => ({ deadline: '2026-11-23T02:00:20Z' }),
    });

    await runWorker(setup.context, 'scan');

    expect(result().images).toEqual([
      { digest: imageDigest(0), outcome: 'not-started' },
      { digest: imageDigest(1), outcome: 'not-started' },
    ]);
  });

  it('does not start an image if earlier images used up the time', async () => {
    const setup = await prepare({
      images: 2,
      change: () => ({ deadline: '2026-11-23T02:05:00Z' }),
      scan: `console.error('FATAL\\tcontext deadline exceeded'); process.exit(1);`,
    });

    await runWorker(setup.context, 'scan');

    expect(result().images).toMatchObject([
      { outcome: 'failed', failure: 'timeout' },
      { outcome: 'not-started' },
    ]);
  });

  it('fails an image if its report cannot be stored', async () => {
    const setup = await prepare();
    worker.services.answer = ({ path }) => (path.includes('report') ? { status: 404 } : undefined);

    await runWorker(setup.context, 'scan');

    expect(result().images).toMatchObject([
      { outcome: 'failed', failure: 'tool-failed', message: expect.stringContaining('404') },
    ]);
  });

  it('sanitizes and shortens hostile tool output', async () => {
    const hostile = `'\\u001b[2J\\u202e\\u0000' + '"},{"outcome":"scanned"}'.repeat(500000)`;
    const setup = await prepare({
      scan: `console.error('FATAL\\t' + ${hostile}); process.exitCode = 1;`,
    });

    await runWorker(setup.context, 'scan');

    const [image] = result().images;
    expect(image).toMatchObject({ outcome: 'failed', failure: 'tool-failed' });
    expect(image?.outcome === 'failed' && image.message).toMatch(/^[^\p{Cc}\p{Cf}]{1,2000}$/u);
    for (const line of setup.logged) expect(line.length).toBeLessThan(20_000);
  });
});
