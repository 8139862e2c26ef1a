import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runWorker } from '../../../../worker/run-worker.ts';
import { imageDigest } from '../support/jobs.ts';
import { PUSH, patchWorker, SERVE } from '../support/patch-worker.ts';
import { eventually, type WorkerSetup } from '../support/worker-setup.ts';

const worker = patchWorker();
const { prepare, result } = worker;

describe('a patch job with a buildkitd of its own', () => {
  it('starts it, waits until it serves, passes its address to Copa and stops it', async () => {
    const setup = await prepare({ images: 2, buildkitd: SERVE });

    await runWorker(setup.context, 'patch');

    expect(result()).toMatchObject({
      tools: { copa: '1.2.3-test', buildkitd: '1.2.3-test' },
      images: [{ outcome: 'patched' }, { outcome: 'patched' }],
    });
    const [pid, address] = (await setup.mark('daemons')).trim().split(' ');
    expect(await setup.mark('calls')).toContain(`"unix://${address}"`);
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    expect((await readdir(setup.base)).filter((name) => name.startsWith('s-bk'))).toEqual([]);
  });

  it('keeps its temporary files out of the folder that the worker removes, since it mounts there', async () => {
    const setup = await prepare({
      buildkitd: `${SERVE} mark('temporary', process.env.TMPDIR);`,
    });

    await runWorker(setup.context, 'patch');

    const { scratch } = setup.context;
    expect(await setup.mark('temporary')).toMatch(new RegExp(`^${scratch}-bk-\\w+/tmp\n$`));
  });

  it('limits its proxy settings to the user’s registry and leaves those of Copa unchanged', async () => {
    const proxies = `JSON.stringify([process.env.HTTPS_PROXY, process.env.HTTP_PROXY,
      process.env.https_proxy, process.env.NO_PROXY])`;
    const setup = await prepare({
      buildkitd: `${SERVE} mark('daemon', ${proxies});`,
      copa: `mark('copa', ${proxies}); ${PUSH}`,
    });
    const proxy = 'http://proxy.test:3128';
    const environment = { ...setup.context.environment, HTTPS_PROXY: proxy, https_proxy: proxy };

    await runWorker({ ...setup.context, environment }, 'patch');

    const host = worker.services.host.replace(/:.*/, '');
    expect(JSON.parse(await setup.mark('daemon'))).toEqual([
      'http://127.0.0.1:0',
      'http://127.0.0.1:0',
      null,
      `${host},.data.azurecr.io,.blob.core.windows.net`,
    ]);
    expect(JSON.parse(await setup.mark('copa'))).toEqual([proxy, null, proxy, null]);
  });

  it('moves the socket to a shorter path if the path would be too long', async () => {
    const setup = await prepare({ buildkitd: SERVE });
    const scratch = join(setup.base, 'x'.repeat(100));
    await mkdir(scratch);

    await runWorker({ ...setup.context, scratch }, 'patch');

    expect(result().images).toMatchObject([{ outcome: 'patched' }]);
    const [, address = ''] = (await setup.mark('daemons')).trim().split(' ');
    expect(address.length).toBeLessThan(108);
    await expect(stat(dirname(address))).rejects.toThrow('ENOENT');
    expect((await readdir(setup.base)).filter((name) => name.includes('-bk-'))).toEqual([]);
  });

  it('waits on if its socket accepts connections but does not serve', async () => {
    const setup = await prepare({
      buildkitd: `const server = require('node:net').createServer((socket) => {
          socket.destroy(); mark('knocks', 'x');
          if (server.knocks = (server.knocks ?? 0) + 1, server.knocks === 2) {
            server.close();
            fs.rmSync(option('--addr').replace('unix://', ''), { force: true });
            ${SERVE}
          }
        });
        server.listen(option('--addr').replace('unix://', ''));`,
    });

    await runWorker(setup.context, 'patch');

    expect((await setup.mark('knocks')).length).toBeGreaterThan(2);
    expect(result().images).toMatchObject([{ outcome: 'patched' }]);
  });

  it('fails every image with its last output if it does not start', async () => {
    const setup = await prepare({
      images: 2,
      buildkitd: `mark('starts', 'x'); console.error('mount: operation not permitted'); process.exit(1);`,
    });

    await runWorker(setup.context, 'patch');

    const message = 'buildkitd exit 1: mount: operation not permitted';
    expect(result().images).toEqual(
      [0, 1].map((index) => ({
        digest: imageDigest(index),
        outcome: 'failed',
        failure: 'builder-unavailable',
        message,
      })),
    );
    expect(await setup.mark('starts')).toBe('x\n');
    expect(await setup.mark('calls')).toBe('');
  });

  it('fails the image if it never gets ready', async () => {
    const setup: WorkerSetup = await prepare({
      buildkitd: "mark('up', 'x'); setInterval(() => {}, 1000);",
      context: {
        sleep: async (milliseconds, signal) => {
          setup.clock.advance({ seconds: milliseconds === 200 ? 10 : 0 });
          const up = async () => (signal?.aborted === true ? 'over' : setup.mark('up'));
          if (milliseconds === 200) await eventually(up);
          else
            await new Promise<void>((resolve) =>
              signal?.addEventListener('abort', () => resolve()),
            );
        },
      },
    });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([
      { failure: 'builder-unavailable', message: expect.stringContaining('did not get ready') },
    ]);
  });
});
