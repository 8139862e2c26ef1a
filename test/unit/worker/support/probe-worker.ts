import { afterEach, beforeEach } from 'vitest';
import { ProbeResult } from '../../../../lib/job/probe-result.ts';
import { type FakeServices, startFakeServices } from './fake-services.ts';
import { addTool } from './fake-tools.ts';
import { dockerConfig, imageDigest, sas } from './jobs.ts';
import { setUpWorker, type WorkerSetup } from './worker-setup.ts';

/** Calls the registry without TLS, since the fake one has none. */
function plainFetch(url: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  return fetch(String(url).replace(/^https:/, 'http:'), init);
}

/** The body of a program that records its arguments. */
export const NOTE = ({ base, context }: WorkerSetup) =>
  `require('node:fs').appendFileSync(${JSON.stringify(`${base}/calls`)},
    process.argv.slice(2).join(' ').replaceAll(${JSON.stringify(context.scratch)}, '') + '\\n');`;

/** A probe for each test, with fake tools and fake services. Call it once in a test file. */
export function probeWorker() {
  let services: FakeServices;

  beforeEach(async () => {
    services = await startFakeServices();
  });
  afterEach(() => services.close());

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

  function result(): ProbeResult {
    return ProbeResult.parse(JSON.parse(services.blobs.get('/results/probe.json') ?? ''));
  }

  return {
    setUpProbe,
    result,
    get services() {
      return services;
    },
  };
}
