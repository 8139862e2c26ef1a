import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeServices, startFakeServices } from './support/fake-services.ts';
import { addTool, script } from './support/fake-tools.ts';
import { dockerConfig, scanJobFile } from './support/jobs.ts';
import { eventually, setUpWorker, type WorkerSetup } from './support/worker-setup.ts';

const MAIN = fileURLToPath(new URL('../../../worker/main.ts', import.meta.url));
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

  it('reads its secret as root, and runs its tools as the user that its image names', async (test) => {
    if (process.getuid?.() !== 0) test.skip('only root can change the user');
    const setup = await setUpWorker();
    const env = { ...(await environmentOf(setup)), PATCHWRIGHT_USER: '65532:65532' };
    await setup.writeJob(job(), dockerConfig(services.host));
    for (const name of await readdir(setup.jobFolder)) {
      await chmod(join(setup.jobFolder, name), 0o600);
    }
    await chmod(setup.jobFolder, 0o700);
    // The tools must be found, and the worker needs a folder for its own files.
    await chmod(setup.base, 0o755);
    await chmod(setup.tools, 0o755);
    await chmod(join(setup.base, 'tmp'), 0o1777);
    await writeFile(join(setup.base, 'ids'), '');
    await chmod(join(setup.base, 'ids'), 0o666);
    await addTool(setup.tools, 'bbolt', 'console.log("debian 12")');
    const trivy = `
      const folder = process.env.DOCKER_CONFIG;
      const read = fs.readFileSync(path.join(folder, 'config.json'), 'utf8').length > 2;
      const { Groups, CapEff } = Object.fromEntries(
        fs.readFileSync('/proc/self/status', 'utf8').split('\\n').map((line) => line.split(/:\\s*/)),
      );
      const ids = [process.getuid(), process.getgid(), Groups.trim(), Number(CapEff), read];
      mark('ids', JSON.stringify(ids));
      if (args.includes('--output')) fs.writeFileSync(option('--output'), '{}');`;
    await addTool(setup.tools, 'trivy', script(setup.base, trivy));

    const { stdout } = await execute(process.execPath, [MAIN, 'scan'], { env });

    expect(stdout).toContain('"how":"done"');
    const [ids] = (await setup.mark('ids')).trim().split('\n');
    expect(JSON.parse(ids ?? '')).toEqual([65532, 65532, '', 0, true]);
    expect(await readdir(join(setup.base, 'tmp'))).toEqual([]);
  });

  it('runs no tool if it can’t give up its rights', async () => {
    const setup = await setUpWorker();
    const env = { ...(await environmentOf(setup)), PATCHWRIGHT_USER: 'root' };
    await setup.writeJob(job(), dockerConfig(services.host));
    await addTool(setup.tools, 'trivy', script(setup.base, `mark('up', 'yes');`));

    const { stdout } = await execute(process.execPath, [MAIN, 'scan'], { env });

    expect(stdout).toContain('PATCHWRIGHT_USER must be UID:GID');
    expect(await setup.mark('up')).toBe('');
    expect(services.blobs.size).toBe(0);
  });

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
