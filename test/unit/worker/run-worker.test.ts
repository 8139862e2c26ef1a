import { describe, expect, it } from 'vitest';
import { runWorker } from '../../../worker/run-worker.ts';
import { SIGNATURE, sas, TOKEN } from './support/jobs.ts';
import { scanWorker, WRITE_REPORT } from './support/scan-worker.ts';
import { eventually } from './support/worker-setup.ts';

const worker = scanWorker();
const { prepare } = worker;

describe('the worker', () => {
  it('does nothing if a result already exists', async () => {
    const setup = await prepare();
    worker.services.blobs.set('/results/result.json', 'of an earlier attempt');

    const end = await runWorker(setup.context, 'scan');

    expect(end).toBe('already-written');
    expect(worker.services.blobs.get('/results/result.json')).toBe('of an earlier attempt');
    expect(await setup.mark('calls')).toBe('');
  });

  it('ends as result-not-stored if storage refuses the result', async () => {
    const setup = await prepare();
    worker.services.answer = ({ path }) =>
      path.includes('result.json') ? { status: 403 } : undefined;

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

    const written = JSON.stringify([
      setup.logged,
      worker.services.blobs.get('/results/result.json'),
    ]);
    expect(written).toContain('***');
    for (const secret of [
      TOKEN,
      SIGNATURE,
      decodeURIComponent(SIGNATURE),
      sas(worker.services.host, ''),
    ]) {
      expect(written).not.toContain(secret);
    }
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
      'AZURE_TOKEN_CREDENTIALS,DOCKER_CONFIG,GOMEMLIMIT,HOME,HTTPS_PROXY,PATH,TMPDIR',
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
    expect(worker.services.blobs.size).toBe(0);
  });

  it('refuses a job of the other kind or an invalid one and stores nothing', async () => {
    const setup = await prepare();
    const other = await runWorker(setup.context, 'patch');
    await setup.writeJob({ kind: 'scan' }, {});
    const invalid = await runWorker(setup.context, 'scan');

    expect([other, invalid]).toEqual(['bad-input', 'bad-input']);
    expect(worker.services.received).toEqual([]);
    const log = setup.logged.join('\n');
    for (const field of ['jobId', 'registry', 'deadline', 'resultUrl', 'images', 'auths']) {
      expect(log).toContain(field);
    }
  });
});
