import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runWorker } from '../../../../worker/run-worker.ts';
import { addTool } from '../support/fake-tools.ts';
import { probeWorker } from '../support/probe-worker.ts';

const { setUpProbe, result } = probeWorker();

describe('the trials of a probe', () => {
  it('removes every mount, lazily if umount fails', async () => {
    const setup = await setUpProbe();
    const note = (name: string) =>
      `require('node:fs').appendFileSync(${JSON.stringify(`${setup.base}/calls`)}, '${name} ' + process.argv.slice(2, -1).join(' ').replaceAll(${JSON.stringify(setup.context.scratch)}, '') + '\\n');`;
    await addTool(setup.tools, 'mount', note('mount'));
    await addTool(
      setup.tools,
      'umount',
      `${note('umount')} if (!process.argv.includes('--lazy')) process.exit(32);`,
    );

    await runWorker(setup.context, 'probe');

    const folders = '/probe/lower,upperdir=/probe/upper,workdir=/probe/work';
    expect((await setup.mark('calls')).trimEnd().split('\n')).toEqual([
      'mount --bind /probe/source',
      'umount ',
      'umount --lazy',
      'mount -t tmpfs probe',
      'umount ',
      'umount --lazy',
      `mount -t overlay probe -o lowerdir=${folders}`,
      'umount ',
      'umount --lazy',
      `mount -t overlay probe -o lowerdir=${folders.replaceAll('/probe/', '/probe/runc/')}`,
      'umount ',
      'umount --lazy',
    ]);
    expect(result().trials['bind-mount']).toEqual({ ok: false, detail: 'umount exit 32' });
  });

  it('reports a missing program as a failed trial', async () => {
    const setup = await setUpProbe();
    await rm(join(setup.tools, 'runc'));
    const PATH = `${setup.tools}:${dirname(process.execPath)}`;
    const environment = { ...setup.context.environment, PATH };

    await runWorker({ ...setup.context, environment }, 'probe');

    const { 'runc-container': runc, ...others } = result().trials;
    expect(runc).toEqual({ ok: false, detail: 'runc could not be started (ENOENT)' });
    expect(Object.values(others).every(({ ok }) => ok)).toBe(true);
  });

  it('reports a refused call with the output of the program', async () => {
    const setup = await setUpProbe();
    const refuse = 'console.error("mount: permission denied."); process.exit(32);';
    await addTool(setup.tools, 'mount', refuse);

    await runWorker(setup.context, 'probe');

    expect(result().trials['overlay-mount']).toEqual({
      ok: false,
      detail: 'mount exit 32: mount: permission denied.',
    });
    expect(result().trials['unshare-pid'].ok).toBe(true);
  });
});
