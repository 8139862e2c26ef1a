import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROBE_TRIALS, ProbeResult } from '../../../../lib/job/probe-result.ts';
import { runWorker } from '../../../../lib/worker/run-worker.ts';
import { type FakeServices, startFakeServices } from '../support/fake-services.ts';
import { addTool } from '../support/fake-tools.ts';
import { dockerConfig, imageDigest, SIGNATURE, sas, TOKEN } from '../support/jobs.ts';
import { setUpWorker, type WorkerSetup } from '../support/worker-setup.ts';

let services: FakeServices;

beforeEach(async () => {
  services = await startFakeServices();
});
afterEach(() => services.close());

/** Calls the registry without TLS, since the fake one has none. */
function plainFetch(url: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  return fetch(String(url).replace(/^https:/, 'http:'), init);
}

async function setUpProbe(): Promise<WorkerSetup> {
  const setup = await setUpWorker({ fetch: plainFetch });
  const job = {
    version: 1,
    kind: 'probe',
    probeId: 'probe-1',
    registry: services.host,
    image: { repository: 'patchwright/worker', digest: imageDigest(0) },
    tools: ['copa', 'not-there'],
    resultUrl: sas(services.host, 'results/probe.json'),
  };
  await setup.writeJob(job, dockerConfig(services.host));
  services.tags.set(`patchwright/worker:${imageDigest(0)}`, imageDigest(0));
  for (const name of ['mount', 'umount', 'unshare', 'mkdir', 'rmdir', 'runc']) {
    await addTool(setup.tools, name, '');
  }
  await addTool(setup.tools, 'copa', 'console.log("copa version 0.14.2")');
  return setup;
}

/** The body of a program that records its arguments. */
const NOTE = ({ base, context }: WorkerSetup) =>
  `require('node:fs').appendFileSync(${JSON.stringify(`${base}/calls`)},
    process.argv.slice(2).join(' ').replaceAll(${JSON.stringify(context.scratch)}, '') + '\\n');`;

function result(): ProbeResult {
  return ProbeResult.parse(JSON.parse(services.blobs.get('/results/probe.json') ?? ''));
}

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
    expect(services.received.find(({ path }) => path.startsWith('/v2/'))?.headers).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
    });
  });

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

  it('removes the cgroup that it created', async () => {
    const setup = await setUpProbe();
    for (const name of ['mkdir', 'rmdir']) await addTool(setup.tools, name, NOTE(setup));

    await runWorker(setup.context, 'probe');

    const [made, removed] = (await setup.mark('calls')).trimEnd().split('\n');
    expect(made).toMatch(/^\/sys\/fs\/cgroup\/.*patchwright-probe-/);
    expect(removed).toBe(made);
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

  it('reports why the probe for a builder failed', async () => {
    const setup = await setUpProbe();
    const fail = 'console.error("no space left on device"); process.exit(1);';
    await addTool(setup.tools, 'patchwright-builder', fail);

    await runWorker(setup.context, 'probe');

    expect(result().builder).toBeUndefined();
    expect(result().builderFault).toBe('patchwright-builder exit 1: no space left on device');
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

  it('reports the answer of a registry that refuses', async () => {
    const setup = await setUpProbe();
    services.tags.clear();

    await runWorker(setup.context, 'probe');

    expect(result().registry).toEqual({ ok: false, detail: 'answered 404' });
  });

  it('refuses an invalid job file and logs no secret', async () => {
    const setup = await setUpProbe();
    await setup.writeJob({ kind: 'probe', resultUrl: sas(services.host, 'x') });

    const end = await runWorker(setup.context, 'probe');

    expect(end).toBe('bad-input');
    expect(setup.logged.join('')).toMatch(/job\.json: probeId/);
    expect(setup.logged.join('')).not.toContain(SIGNATURE);
    expect(services.received).toEqual([]);
  });
});
