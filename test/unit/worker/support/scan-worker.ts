import { afterEach, beforeEach } from 'vitest';
import { ScanJobResult } from '../../../../lib/job/job-result.ts';
import type { WorkerContext } from '../../../../worker/context/worker-context.ts';
import { type FakeServices, startFakeServices } from './fake-services.ts';
import { addTool, script } from './fake-tools.ts';
import { dockerConfig, scanJobFile } from './jobs.ts';
import { setUpWorker, type WorkerSetup } from './worker-setup.ts';

const BUCKETS = 'console.log("alpine 3.18\\ndata-source\\ndebian 12\\npip::GHSA\\nvulnerability")';
export const REPORT = '{"SchemaVersion":2}';
export const WRITE_REPORT = `fs.writeFileSync(option('--output'), '${REPORT}');`;

export interface Scan {
  /** The body of Trivy when it fetches the database. `scan` is its body when it scans. */
  readonly database?: string;
  readonly scan?: string;
  readonly buckets?: string;
  readonly images?: number;
  readonly change?: (job: ReturnType<typeof scanJobFile>) => object;
  readonly context?: Partial<WorkerContext>;
}

/** A scan job for each test, with fake tools and fake services. Call it once in a test file. */
export function scanWorker() {
  let services: FakeServices;

  beforeEach(async () => {
    services = await startFakeServices();
  });
  afterEach(() => services.close());

  async function prepare(scan: Scan = {}): Promise<WorkerSetup> {
    const setup = await setUpWorker(scan.context);
    const job = scanJobFile(services.host, scan.images);
    await setup.writeJob({ ...job, ...scan.change?.(job) }, dockerConfig(services.host));
    await addTool(setup.tools, 'bbolt', scan.buckets ?? BUCKETS);
    await addTool(
      setup.tools,
      'trivy',
      script(
        setup.base,
        `mark('calls', JSON.stringify(args));
        const digest = args.at(-1).split('@')[1];
        if (args.includes('--download-db-only')) { ${scan.database ?? ''} }
        else { ${scan.scan ?? WRITE_REPORT} }`,
      ),
    );
    return setup;
  }

  function result(): ScanJobResult {
    return ScanJobResult.parse(JSON.parse(services.blobs.get('/results/result.json') ?? 'null'));
  }

  return {
    prepare,
    result,
    get services() {
      return services;
    },
  };
}
