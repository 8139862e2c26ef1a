import { afterEach, beforeEach } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { PatchJobResult } from '../../../../lib/job/job-result.ts';
import type { WorkerContext } from '../../../../worker/context/worker-context.ts';
import { type FakeServices, startFakeServices } from './fake-services.ts';
import { addTool, script } from './fake-tools.ts';
import { dockerConfig, patchJobFile } from './jobs.ts';
import { setUpWorker, type WorkerSetup } from './worker-setup.ts';

/** The fake Copa pushes by asking the fake registry to set a new digest for its tag. */
export const PUSHED = digestOf('patched');
export const PUSH = `await fetch('http://' + registry + '/push/' + tag);
  console.error('level=info msg="Patched image (linux/amd64): x"');`;
export const NOTHING = `console.error('level=info msg="Image is already up-to-date. No patch was applied."');`;
export const SERVE = `const address = option('--addr').replace('unix://', '');
  require('node:http2').createServer().listen(address);
  mark('daemons', process.pid + ' ' + address);`;

/** What `patchwright-builder probe` prints. */
export const report = (
  builder: 'upstream' | 'mount-free' | 'none',
  refusals: readonly object[] = [],
) => JSON.stringify({ version: 1, builder, needs: [{ name: 'mount', ok: true }], refusals });
const PRINT_UPSTREAM = `console.log(${JSON.stringify(report('upstream'))});`;

export interface Patch {
  readonly copa?: string;
  /** The body of `patchwright-builder`. If present, the job has no remote BuildKit. */
  readonly builder?: string;
  readonly buildkitd?: string;
  readonly images?: number;
  readonly change?: object;
  readonly context?: Partial<WorkerContext>;
}

/** A patch job for each test, with fake tools and fake services. Call it once in a test file. */
export function patchWorker() {
  let services: FakeServices;

  beforeEach(async () => {
    services = await startFakeServices();
    services.answer = ({ path }) => {
      const tag = /^\/push\/(.*)$/.exec(path)?.[1];
      if (tag === undefined) return undefined;
      services.tags.set(tag, PUSHED);
      return { status: 200 };
    };
  });
  afterEach(() => services.close());

  async function prepare(patch: Patch = {}): Promise<WorkerSetup> {
    const setup = await setUpWorker(patch.context);
    const isRemote = patch.buildkitd === undefined && patch.builder === undefined;
    const own = isRemote ? {} : { buildkitAddress: undefined };
    const job = { ...patchJobFile(services.host, patch.images), ...own, ...patch.change };
    await setup.writeJob(job, dockerConfig(services.host));
    await addTool(setup.tools, 'buildkitd', script(setup.base, patch.buildkitd ?? ''));
    await addTool(
      setup.tools,
      'patchwright-builder',
      script(setup.base, `mark('builder', args[0]); ${patch.builder ?? PRINT_UPSTREAM}`),
    );
    await addTool(
      setup.tools,
      'copa',
      script(
        setup.base,
        `mark('calls', JSON.stringify(args));
        const [registry, ...rest] = option('-t').split('/');
        const tag = rest.join('/');
        const digest = option('-i').split('@')[1];
        const report = JSON.parse(fs.readFileSync(option('-r'), 'utf8'));
        void (async () => { ${patch.copa ?? PUSH} })();`,
      ),
    );
    return setup;
  }

  function result(): PatchJobResult {
    return PatchJobResult.parse(JSON.parse(services.blobs.get('/results/result.json') ?? 'null'));
  }

  return {
    prepare,
    result,
    get services() {
      return services;
    },
  };
}
