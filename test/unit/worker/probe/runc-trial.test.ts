import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runWorker } from '../../../../worker/run-worker.ts';
import { addTool } from '../support/fake-tools.ts';
import { NOTE, probeWorker } from '../support/probe-worker.ts';

const { setUpProbe, result } = probeWorker();

describe('the trial with runc', () => {
  it('runs a bundle with runc on the overlay and deletes the container if it fails', async () => {
    const setup = await setUpProbe();
    await addTool(
      setup.tools,
      'runc',
      `${NOTE(setup)} if (process.argv.includes('run')) { console.error('no cgroup mount'); process.exit(1); }`,
    );

    await runWorker(setup.context, 'probe');

    const name = `patchwright-probe-${basename(setup.context.scratch)}`;
    expect((await setup.mark('calls')).trimEnd().split('\n')).toEqual([
      `--root /probe/runc/state run --bundle /probe/runc/bundle ${name}`,
      `--root /probe/runc/state delete --force ${name}`,
    ]);
    expect(result().trials['runc-container']).toEqual({
      ok: false,
      detail: 'runc exit 1: no cgroup mount',
    });
  });
});
