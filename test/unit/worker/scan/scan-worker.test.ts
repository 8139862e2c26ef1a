import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../../lib/image/digest.ts';
import { ScanJobResult } from '../../../../lib/job/job-result.ts';
import type { WorkerContext } from '../../../../lib/worker/context/worker-context.ts';
import { runWorker } from '../../../../lib/worker/run-worker.ts';
import { type FakeServices, startFakeServices } from '../support/fake-services.ts';
import { addTool, script } from '../support/fake-tools.ts';
import { dockerConfig, imageDigest, SIGNATURE, sas, scanJobFile, TOKEN } from '../support/jobs.ts';
import { eventually, setUpWorker, type WorkerSetup } from '../support/worker-setup.ts';

const BUCKETS = 'console.log("alpine 3.18\\ndata-source\\ndebian 12\\npip::GHSA\\nvulnerability")';
const REPORT = '{"SchemaVersion":2}';
const WRITE_REPORT = `fs.writeFileSync(option('--output'), '${REPORT}');`;

let services: FakeServices;

beforeEach(async () => {
  services = await startFakeServices();
});
afterEach(() => services.close());

interface Scan {
  /** The body of Trivy when it fetches the database. `scan` is its body when it scans. */
  readonly database?: string;
  readonly scan?: string;
  readonly buckets?: string;
  readonly images?: number;
  readonly change?: (job: ReturnType<typeof scanJobFile>) => object;
  readonly context?: Partial<WorkerContext>;
}

async function prepare(scan: Scan = {}): Promise<WorkerSetup> {
  const setup = await setUpWorker(scan.context);
  const job = scanJobFile(services.host, scan.images);
  await setup.writeJob({ ...job, ...scan.change?.(job) }, dockerConfig(services.host));
  await addTool(setup.tools, 'bbolt', scan.buckets ?? BUCKETS);
  await addTool(
    setup.tools,
    'trivy',
    script(
      setup.base,
      `mark('calls', JSON.stringify(args));
      const digest = args.at(-1).split('@')[1];
      if (args.includes('--download-db-only')) { ${scan.database ?? ''} }
      else { ${scan.scan ?? WRITE_REPORT} }`,
    ),
  );
  return setup;
}

function result(): ScanJobResult {
  return ScanJobResult.parse(JSON.parse(services.blobs.get('/results/result.json') ?? 'null'));
}

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
    expect([...services.blobs.keys()]).toEqual([
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
      new RegExp(`^${services.host}/mirror/trivy-db@sha256:[a-f0-9]{64}$`),
    );
    expect(calls[1].at(-1)).toBe(`${services.host}/team/api@${imageDigest(0)}`);
    expect(calls[1]).toEqual(expect.arrayContaining(['--skip-db-update', '--list-all-pkgs']));
    expect(calls[1]).not.toContain('--ignore-unfixed');
    expect(calls[1]).not.toContain('--insecure');
  });

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

  it('refuses a report that is too large before reading it', async () => {
    const setup = await prepare({
      scan: `fs.closeSync(fs.openSync(option('--output'), 'w'));
        fs.truncateSync(option('--output'), 32 * 1024 * 1024 + 1);`,
    });

    await runWorker(setup.context, 'scan');

    expect(result().images).toMatchObject([{ outcome: 'failed', failure: 'report-too-large' }]);
    expect(services.blobs.has('/results/report-0.json')).toBe(false);
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

  it('does nothing if a result already exists', async () => {
    const setup = await prepare();
    services.blobs.set('/results/result.json', 'of an earlier attempt');

    const end = await runWorker(setup.context, 'scan');

    expect(end).toBe('already-written');
    expect(services.blobs.get('/results/result.json')).toBe('of an earlier attempt');
    expect(await setup.mark('calls')).toBe('');
  });

  it('ends at the first report that already exists', async () => {
    const setup = await prepare({ images: 3 });
    services.blobs.set('/results/report-1.json', 'of an earlier attempt');

    const end = await runWorker(setup.context, 'scan');

    expect(end).toBe('already-written');
    expect([...services.blobs.keys()].sort()).toEqual([
      '/results/report-0.json',
      '/results/report-1.json',
    ]);
  });

  it('fails an image if its report cannot be stored', async () => {
    const setup = await prepare();
    services.answer = ({ path }) => (path.includes('report') ? { status: 404 } : undefined);

    await runWorker(setup.context, 'scan');

    expect(result().images).toMatchObject([
      { outcome: 'failed', failure: 'tool-failed', message: expect.stringContaining('404') },
    ]);
  });

  it('ends as result-not-stored if storage refuses the result', async () => {
    const setup = await prepare();
    services.answer = ({ path }) => (path.includes('result.json') ? { status: 403 } : undefined);

    const end = await runWorker(setup.context, 'scan');

    expect(end).toBe('result-not-stored');
  });

  it('masks secrets of the job in its log and its result', async () => {
    const setup = await prepare({
      scan: `const secrets = fs.readFileSync(path.join(process.env.DOCKER_CONFIG, 'job.json'), 'utf8') +
          fs.readFileSync(path.join(process.env.DOCKER_CONFIG, 'config.json'), 'utf8');
        console.error('FATAL\\t' + secrets); console.error(decodeURIComponent('${SIGNATURE}'));
        process.exit(1);`,
    });

    await runWorker(setup.context, 'scan');

    const written = JSON.stringify([setup.logged, services.blobs.get('/results/result.json')]);
    expect(written).toContain('***');
    for (const secret of [
      TOKEN,
      SIGNATURE,
      decodeURIComponent(SIGNATURE),
      sas(services.host, ''),
    ]) {
      expect(written).not.toContain(secret);
    }
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

  it('passes only the necessary environment variables to tools', async () => {
    const setup = await prepare({
      scan: `mark('environment', Object.keys(process.env).sort().join());
        ${WRITE_REPORT}`,
    });
    const environment = {
      ...setup.context.environment,
      IDENTITY_ENDPOINT: 'http://169.254.169.254',
      HTTPS_PROXY: 'http://proxy.test:3128',
    };

    await runWorker({ ...setup.context, environment }, 'scan');

    expect((await setup.mark('environment')).trim()).toBe(
      'AZURE_TOKEN_CREDENTIALS,DOCKER_CONFIG,HOME,HTTPS_PROXY,PATH,TMPDIR',
    );
  });

  it("passes the system's and the job's certificate authorities to tools", async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nextra\n-----END CERTIFICATE-----';
    const trusted: string[] = [];
    const setup = await prepare({
      change: () => ({ extraCa: pem }),
      scan: "mark('ca', fs.readFileSync(process.env.SSL_CERT_FILE, 'utf8'));",
      context: { trust: (certificates) => trusted.push(certificates) },
    });

    await runWorker(setup.context, 'scan');

    expect(trusted).toEqual([pem]);
    const bundle = await setup.mark('ca');
    expect(bundle).toContain('\nextra\n');
    expect(bundle.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(10);
  });

  it('stops its tool and writes nothing when the container is stopped', async () => {
    const setup = await prepare({ scan: "mark('up', 'x'); setInterval(() => {}, 1000);" });

    const running = runWorker(setup.context, 'scan');
    await eventually(() => setup.mark('up'));
    setup.stop.abort();
    const end = await running;

    expect(end).toBe('stopped');
    expect(services.blobs.size).toBe(0);
  });

  it('refuses a job of the other kind or an invalid one and stores nothing', async () => {
    const setup = await prepare();
    const other = await runWorker(setup.context, 'patch');
    await setup.writeJob({ kind: 'scan' }, {});
    const invalid = await runWorker(setup.context, 'scan');

    expect([other, invalid]).toEqual(['bad-input', 'bad-input']);
    expect(services.received).toEqual([]);
    const log = setup.logged.join('\n');
    for (const field of ['jobId', 'registry', 'deadline', 'resultUrl', 'images', 'auths']) {
      expect(log).toContain(field);
    }
  });
});
