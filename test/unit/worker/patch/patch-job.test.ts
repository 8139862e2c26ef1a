import { rm } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runWorker } from '../../../../worker/run-worker.ts';
import { imageDigest, SIGNATURE, TOKEN } from '../support/jobs.ts';
import { NOTHING, PUSH, PUSHED, patchWorker, SERVE } from '../support/patch-worker.ts';
import { eventually, KEY_LINE, type WorkerSetup } from '../support/worker-setup.ts';

const worker = patchWorker();
const { prepare, result } = worker;

describe('a remote BuildKit', () => {
  const lastCall = async (setup: WorkerSetup): Promise<string[]> =>
    JSON.parse((await setup.mark('calls')).trim().split('\n').at(-1) ?? '[]');

  it('is called over mutual TLS with absolute paths to the files of the job', async () => {
    const setup = await prepare();

    await runWorker(setup.context, 'patch');

    const args = await lastCall(setup);
    const paths = ['--cacert', '--cert', '--key'].map((flag) => args[args.indexOf(flag) + 1] ?? '');
    expect(paths.map((path) => relative(setup.jobFolder, path))).toEqual([
      'buildkit-ca.pem',
      'buildkit-cert.pem',
      'buildkit-key.pem',
    ]);
    expect(paths.filter(isAbsolute)).toHaveLength(3);
  });

  it('is not called without TLS if a file is missing', async () => {
    const setup = await prepare();
    await rm(join(setup.jobFolder, 'buildkit-key.pem'));

    const end = await runWorker(setup.context, 'patch');

    expect(end).toBe('bad-input');
    expect(await setup.mark('calls')).toBe('');
    expect(setup.logged.join('')).toContain('buildkit-key.pem: cannot be read (ENOENT)');
  });

  it('keeps its key out of the log and the result', async () => {
    const setup = await prepare({
      copa: `console.error('level=error msg="' + fs.readFileSync(option('--key'), 'utf8').replaceAll('\\n', ' ') + '"'); process.exit(1);`,
    });

    await runWorker(setup.context, 'patch');

    expect(worker.services.blobs.get('/results/result.json')).toContain('BEGIN PRIVATE KEY');
    expect(worker.services.blobs.get('/results/result.json')).not.toContain(KEY_LINE);
    expect(setup.logged.join('')).not.toContain(KEY_LINE);
  });

  it('is the only BuildKit that is called over TLS', async () => {
    const setup = await prepare({ buildkitd: SERVE });

    await runWorker(setup.context, 'patch');

    expect(await lastCall(setup)).not.toContain('--cacert');
  });
});

describe('a patch job', () => {
  it('patches each image by digest into its staging tag and reports the digest in the registry', async () => {
    const setup = await prepare({
      images: 2,
      copa: `mark('reports', JSON.stringify(report)); ${PUSH}`,
    });

    const end = await runWorker(setup.context, 'patch');

    expect(end).toBe('done');
    expect(result()).toMatchObject({
      kind: 'patch',
      tools: { copa: '1.2.3-test' },
      images: [
        { digest: imageDigest(0), outcome: 'patched', staged: PUSHED },
        { digest: imageDigest(1), outcome: 'patched', staged: PUSHED },
      ],
    });
    const [call] = (await setup.mark('calls'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(call).toEqual([
      'patch',
      '-i',
      `${worker.services.host}/team/api@${imageDigest(0)}`,
      '-r',
      expect.stringContaining('findings-0.json'),
      '-t',
      `${worker.services.host}/patchwright/staging/team/api:job-1-0`,
      '--addr',
      'tcp://buildkit.test:1234',
      '--cacert',
      join(setup.jobFolder, 'buildkit-ca.pem'),
      '--cert',
      join(setup.jobFolder, 'buildkit-cert.pem'),
      '--key',
      join(setup.jobFolder, 'buildkit-key.pem'),
      '--push',
      '--timeout',
      '600s',
      '--progress',
      'plain',
    ]);
    expect(await setup.mark('reports')).toContain('"PkgName":"openssl"');
  });

  it('reports nothing-to-do if Copa pushes nothing and says so', async () => {
    const setup = await prepare({ copa: NOTHING });

    await runWorker(setup.context, 'patch');

    expect(result().images).toEqual([{ digest: imageDigest(0), outcome: 'nothing-to-do' }]);
  });

  it('fails an image without a manifest under the staging tag, even if Copa reports success', async () => {
    const setup = await prepare({ copa: `console.error('Patched image (linux/amd64): x');` });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([{ outcome: 'failed', failure: 'tool-failed' }]);
  });

  it('reports the failure of one image and continues with the next', async () => {
    const setup = await prepare({
      images: 2,
      copa: `if (digest === '${imageDigest(0)}') {
          console.error('Error: unsupported osType busybox specified');
          process.exit(1);
        } ${PUSH}`,
    });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([
      { outcome: 'failed', failure: 'unsupported-os' },
      { outcome: 'patched' },
    ]);
  });

  it('stops a patch at its time limit', async () => {
    const setup: WorkerSetup = await prepare({
      copa: "mark('up', 'x'); setInterval(() => {}, 1000);",
      context: {
        sleep: async (milliseconds, signal) => {
          const wanted = async () => (signal?.aborted === true ? 'over' : setup.mark('up'));
          if (milliseconds > 10_000) await eventually(wanted);
        },
      },
    });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([{ outcome: 'failed', failure: 'timeout' }]);
  });

  it('does not start an image without enough time before the deadline', async () => {
    const setup = await prepare({ change: { deadline: '2026-11-23T02:01:00Z' } });

    await runWorker(setup.context, 'patch');

    expect(result().images).toEqual([{ digest: imageDigest(0), outcome: 'not-started' }]);
    expect(await setup.mark('calls')).toBe('');
  });

  it('masks secrets of the job in its log and its result', async () => {
    const setup = await prepare({
      copa: `console.error('Error: ${TOKEN} ${SIGNATURE}'); process.exit(1);`,
    });

    await runWorker(setup.context, 'patch');

    const written = JSON.stringify([
      setup.logged,
      worker.services.blobs.get('/results/result.json'),
    ]);
    expect(written).toContain('***');
    expect(written).not.toContain(TOKEN);
    expect(written).not.toContain(SIGNATURE);
  });
});
