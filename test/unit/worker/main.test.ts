import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeServices, startFakeServices } from './support/fake-services.ts';
import { addTool, script } from './support/fake-tools.ts';
import { dockerConfig, scanJobFile } from './support/jobs.ts';
import { eventually, setUpWorker, type WorkerSetup } from './support/worker-setup.ts';

const MAIN = fileURLToPath(new URL('../../../lib/worker/main.ts', import.meta.url));
const execute = promisify(execFile);

let services: FakeServices;

beforeEach(async () => {
  services = await startFakeServices();
});
afterEach(() => services.close());

async function environmentOf(setup: WorkerSetup): Promise<NodeJS.ProcessEnv> {
  const temporary = join(setup.base, 'tmp');
  await mkdir(temporary);
  return { ...setup.context.environment, TMPDIR: temporary };
}

function job() {
  const deadline = new Date(Date.now() + 3_600_000).toISOString();
  return { ...scanJobFile(services.host), deadline };
}

describe('the worker program', () => {
  it('runs a job from end to end, exits with 0 and removes its temporary files', async () => {
    const setup = await setUpWorker();
    const env = await environmentOf(setup);
    await setup.writeJob(job(), dockerConfig(services.host));
    await addTool(setup.tools, 'bbolt', 'console.log("debian 12")');
    const trivy = `if (args.includes('--output')) fs.writeFileSync(option('--output'), '{}');`;
    await addTool(setup.tools, 'trivy', script(setup.base, trivy));

    const { stdout } = await execute(process.execPath, [MAIN, 'scan'], { env });

    expect(services.blobs.get('/results/result.json')).toContain('"outcome":"scanned"');
    const messages = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).message);
    expect(messages).toContain('The worker ends.');
    expect(await readdir(join(setup.base, 'tmp'))).toEqual([]);
  });

  it.each([[['scan']], [[]]])(
    'exits with 0 and logs the reason if there is no job (%o)',
    async (args) => {
      const setup = await setUpWorker();
      const env = await environmentOf(setup);

      const { stdout } = await execute(process.execPath, [MAIN, ...args], { env });

      expect(stdout).toContain('job.json: cannot be read (ENOENT)');
    },
  );

  it('ends its tools and exits with 0 on SIGTERM', async () => {
    const setup = await setUpWorker();
    const env = await environmentOf(setup);
    await setup.writeJob(job(), dockerConfig(services.host));
    const trivy = `mark('up', String(process.pid)); setInterval(() => {}, 1000);`;
    await addTool(setup.tools, 'trivy', script(setup.base, trivy));

    const worker = spawn(process.execPath, [MAIN, 'scan'], { env, stdio: 'ignore' });
    const pid = Number(await eventually(() => setup.mark('up')));
    worker.kill('SIGTERM');
    const [code] = await once(worker, 'exit');

    expect(code).toBe(0);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(services.blobs.size).toBe(0);
  });
});
