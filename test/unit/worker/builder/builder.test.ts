import { describe, expect, it } from 'vitest';
import { runWorker } from '../../../../worker/run-worker.ts';
import { imageDigest } from '../support/jobs.ts';
import { PUSH, patchWorker, report, SERVE } from '../support/patch-worker.ts';

const { prepare, result } = patchWorker();

describe('a builder of its own', () => {
  it('starts it again after an image crashed it', async () => {
    const setup = await prepare({
      images: 2,
      buildkitd: SERVE,
      copa: `if (digest === '${imageDigest(0)}') {
          const [pid] = fs.readFileSync(path.join('..', 'daemons'), 'utf8').split(' ');
          process.kill(Number(pid), 'SIGKILL');
          console.error('Error: rpc error: code = Unavailable desc = error reading from server: EOF');
          process.exitCode = 1;
          while (fs.existsSync('/proc/' + pid)) await new Promise((resolve) => setTimeout(resolve, 5));
          return;
        } ${PUSH}`,
    });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([
      { outcome: 'failed', failure: 'builder-unavailable' },
      { outcome: 'patched' },
    ]);
    expect((await setup.mark('daemons')).trim().split('\n')).toHaveLength(2);
    expect(setup.logged.join('\n')).toContain('BuildKit ended by itself.');
  });

  const LOST = `if (args[0] === 'serve') { ${SERVE}
      setInterval(() => {
        if (!fs.existsSync(path.join(path.dirname(process.argv[1]), '..', 'escape'))) return;
        console.error('patchwright-builder: processes of a step are out of control: x');
        process.exit(70);
      }, 5);
    } else console.log(${JSON.stringify(report('mount-free'))});`;

  it.each([
    ['before', `while (fs.existsSync('/proc/' + pid)) await wait();`],
    ['after', ''],
  ])('never starts it again if it lost control and ended %s Copa', async (_, awaitEnd) => {
    const setup = await prepare({
      images: 2,
      builder: LOST,
      copa: `const [pid] = fs.readFileSync(path.join('..', 'daemons'), 'utf8').split(' ');
        const wait = () => new Promise((resolve) => setTimeout(resolve, 5));
        mark('escape', 'x');
        ${awaitEnd}
        console.error('Error: rpc error: code = Unavailable desc = error reading from server: EOF');
        process.exitCode = 1;`,
    });

    await runWorker(setup.context, 'patch');

    const message = 'patchwright-builder: processes of a step are out of control: x';
    expect(result().images).toEqual(
      [0, 1].map((index) => ({
        digest: imageDigest(index),
        outcome: 'failed',
        failure: 'builder-incompatible',
        message,
      })),
    );
    expect((await setup.mark('daemons')).trim().split('\n')).toHaveLength(1);
    expect((await setup.mark('calls')).trim().split('\n')).toHaveLength(1);
  });
});
