import { describe, expect, it } from 'vitest';
import { PROBE_TRIALS } from '../../../../lib/job/probe-result.ts';
import { runWorker } from '../../../../worker/run-worker.ts';
import { addTool } from '../support/fake-tools.ts';
import { SIGNATURE, sas, TOKEN } from '../support/jobs.ts';
import { probeWorker } from '../support/probe-worker.ts';

const worker = probeWorker();
const { setUpProbe, result } = worker;

describe('the worker’s probe', () => {
  it('tries every call and reports the results', async () => {
    const setup = await setUpProbe();

    const end = await runWorker(setup.context, 'probe');

    expect(end).toBe('done');
    const { trials, tools, registry, freeBytes, probeId } = result();
    expect(Object.keys(trials)).toEqual([...PROBE_TRIALS]);
    expect(Object.values(trials).every(({ ok }) => ok)).toBe(true);
    expect(tools).toEqual({ copa: '0.14.2', 'not-there': 'unknown' });
    expect(registry).toEqual({ ok: true, detail: 'answered 200' });
    expect(freeBytes).toBeGreaterThan(0);
    expect(probeId).toBe('probe-1');
    expect(
      worker.services.received.find(({ path }) => path.startsWith('/v2/'))?.headers,
    ).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
    });
  });

  it('reports why the probe for a builder failed', async () => {
    const setup = await setUpProbe();
    const fail = 'console.error("no space left on device"); process.exit(1);';
    await addTool(setup.tools, 'patchwright-builder', fail);

    await runWorker(setup.context, 'probe');

    expect(result().builder).toBeUndefined();
    expect(result().builderFault).toBe('patchwright-builder exit 1: no space left on device');
  });

  it('reports the answer of a registry that refuses', async () => {
    const setup = await setUpProbe();
    worker.services.tags.clear();

    await runWorker(setup.context, 'probe');

    expect(result().registry).toEqual({ ok: false, detail: 'answered 404' });
  });

  it('refuses an invalid job file and logs no secret', async () => {
    const setup = await setUpProbe();
    await setup.writeJob({ kind: 'probe', resultUrl: sas(worker.services.host, 'x') });

    const end = await runWorker(setup.context, 'probe');

    expect(end).toBe('bad-input');
    expect(setup.logged.join('')).toMatch(/job\.json: probeId/);
    expect(setup.logged.join('')).not.toContain(SIGNATURE);
    expect(worker.services.received).toEqual([]);
  });
});
