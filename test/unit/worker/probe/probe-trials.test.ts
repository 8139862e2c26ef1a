import { describe, expect, it } from 'vitest';
import { runWorker } from '../../../../worker/run-worker.ts';
import { addTool } from '../support/fake-tools.ts';
import { NOTE, probeWorker } from '../support/probe-worker.ts';

const { setUpProbe } = probeWorker();

describe('the trials of a probe', () => {
  it('removes the cgroup that it created', async () => {
    const setup = await setUpProbe();
    for (const name of ['mkdir', 'rmdir']) await addTool(setup.tools, name, NOTE(setup));

    await runWorker(setup.context, 'probe');

    const [made, removed] = (await setup.mark('calls')).trimEnd().split('\n');
    expect(made).toMatch(/^\/sys\/fs\/cgroup\/.*patchwright-probe-/);
    expect(removed).toBe(made);
  });
});
