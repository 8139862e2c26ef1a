import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runWorker } from '../../../../worker/run-worker.ts';
import { patchWorker, report, SERVE } from '../support/patch-worker.ts';

const { prepare, result } = patchWorker();

describe('the choice of a builder', () => {
  const MOUNT_FREE = `if (args[0] === 'serve') { ${SERVE} mark('served', JSON.stringify(args)); }
    else console.log(${JSON.stringify(report('mount-free'))});`;
  const REFUSED = { name: 'chroot', ok: false, call: 'chroot', errno: 'EPERM', lasting: true };

  it('is upstream BuildKit if the container may mount', async () => {
    const setup = await prepare({ buildkitd: SERVE });

    await runWorker(setup.context, 'patch');

    expect(result()).toMatchObject({ builder: 'upstream', images: [{ outcome: 'patched' }] });
    expect(await setup.mark('builder')).toBe('probe\n');
  });

  it('is the mount-free builder if the container may not mount', async () => {
    const setup = await prepare({ builder: MOUNT_FREE });

    await runWorker(setup.context, 'patch');

    expect(result()).toMatchObject({ builder: 'mount-free', images: [{ outcome: 'patched' }] });
    const [, address] = (await setup.mark('daemons')).trim().split(' ');
    const served = JSON.parse(await setup.mark('served'));
    expect(served[0]).toBe('serve');
    expect(served).toContain(`unix://${address}`);
    expect(await setup.mark('calls')).toContain(`unix://${address}`);
  });

  it('is skipped for a job with a remote BuildKit', async () => {
    const setup = await prepare();

    await runWorker(setup.context, 'patch');

    expect(result().builder).toBe('remote');
    expect(await setup.mark('builder')).toBe('');
  });

  it('fails every image with the call and its error if no builder can work', async () => {
    const setup = await prepare({
      images: 2,
      builder: `console.log(${JSON.stringify(report('none', [REFUSED]))});`,
    });

    await runWorker(setup.context, 'patch');

    const { ok: _, ...refusal } = REFUSED;
    expect(result()).toMatchObject({
      refusals: [refusal],
      images: [0, 1].map(() => ({
        failure: 'builder-unavailable',
        message: expect.stringContaining('chroot (chroot: EPERM)'),
      })),
    });
    expect(result().builder).toBeUndefined();
    expect(await setup.mark('calls')).toBe('');
  });

  it.each([
    ['prints no JSON', `console.log('{');`, 'printed no report'],
    ['prints another report', `console.log('{"version":2}');`, 'printed no report of a probe (at'],
    ['fails', `console.error('no space left'); process.exit(1);`, 'exit 1: no space left'],
  ])('reports no lasting refusal if the probe %s', async (_, builder, message) => {
    const setup = await prepare({ builder });

    await runWorker(setup.context, 'patch');

    expect(result().images).toMatchObject([
      { failure: 'builder-unavailable', message: expect.stringContaining(message) },
    ]);
    expect(result().refusals).toEqual([]);
  });

  it('reports a lasting refusal if the worker image has no builder', async () => {
    const setup = await prepare({ builder: '' });
    await rm(join(setup.tools, 'patchwright-builder'));

    await runWorker(setup.context, 'patch');

    expect(result().refusals).toEqual([
      { name: 'program', call: 'execve', errno: 'ENOENT', lasting: true },
    ]);
  });
});
