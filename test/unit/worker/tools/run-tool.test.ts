import { describe, expect, it } from 'vitest';
import type { WorkerContext } from '../../../../lib/worker/context/worker-context.ts';
import { runTool } from '../../../../lib/worker/tools/run-tool.ts';
import { addTool, script } from '../support/fake-tools.ts';
import { eventually, setUpWorker, type WorkerSetup } from '../support/worker-setup.ts';

function command(setup: WorkerSetup, args: readonly string[] = []) {
  return { name: 'tool', args, environment: { PATH: setup.context.environment.PATH ?? '' } };
}

describe('runTool', () => {
  it('passes arguments unchanged and returns the exit code and both outputs', async () => {
    const setup = await setUpWorker();
    await addTool(
      setup.tools,
      'tool',
      'console.log(process.argv[2]); console.error("e"); process.exit(3)',
    );

    const run = await runTool(setup.context, command(setup, ['$(id) "; rm -rf x']), 60);

    expect(run).toEqual({
      end: { how: 'exit', code: 3 },
      stdout: '$(id) "; rm -rf x\n',
      stderr: 'e\n',
    });
  });

  it('passes only the variables of the command to the child', async () => {
    const setup = await setUpWorker();
    await addTool(setup.tools, 'tool', 'console.log(Object.keys(process.env).sort().join())');

    const run = await runTool(setup.context, command(setup), 60);

    expect(run.stdout).toBe('PATH\n');
  });

  it('reports a program that does not exist as not started', async () => {
    const setup = await setUpWorker();

    const run = await runTool(setup.context, command(setup), 60);

    expect(run.end).toEqual({ how: 'not-started', code: 'ENOENT' });
  });

  it('kills a child and a grandchild that ignore SIGTERM at the time limit', async () => {
    const waits: number[] = [];
    const sleep: WorkerContext['sleep'] = async (milliseconds, signal) => {
      waits.push(milliseconds);
      if (milliseconds === 1000) return;
      await eventually(async () => (signal?.aborted ? 'over' : setup.mark('pids')));
    };
    const setup: WorkerSetup = await setUpWorker({ sleep });
    await addTool(
      setup.tools,
      'tool',
      script(
        setup.base,
        `process.on('SIGTERM', () => {});
        const child = require('node:child_process').spawn(process.execPath,
          ['-e', 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)']);
        child.stdout.once('data', () => mark('pids', process.pid + ' ' + child.pid));
        setInterval(() => {}, 1000);`,
      ),
    );

    const run = await runTool(setup.context, command(setup), 42);

    expect(run.end).toEqual({ how: 'time-limit' });
    expect(waits).toContain(42_000);
    const pids = (await setup.mark('pids')).trim().split(' ').map(Number);
    expect(pids).toHaveLength(2);
    for (const pid of pids) await eventually(async () => (isRunning(pid) ? '' : 'gone'));
  });

  it.each([
    [35_000, { stopGraceMs: 35_000 }],
    [10_000, {}],
  ])('waits %i ms between SIGTERM and SIGKILL with %o', async (grace, options) => {
    const waits: number[] = [];
    const setup = await setUpWorker({
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
      },
    });
    await addTool(setup.tools, 'tool', 'setInterval(() => {}, 1000)');

    await runTool(setup.context, { ...command(setup), ...options }, 42);

    expect(waits).toContain(grace);
  });

  it('kills the remaining children of a tool that exited', async () => {
    const setup = await setUpWorker();
    await addTool(
      setup.tools,
      'tool',
      `const child = require('node:child_process').spawn(process.execPath,
        ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      console.log(child.pid); child.unref();`,
    );

    const run = await runTool(setup.context, command(setup), 60);

    expect(run.end).toEqual({ how: 'exit', code: 0 });
    const pid = Number(run.stdout);
    expect(pid).toBeGreaterThan(1);
    await eventually(async () => (isRunning(pid) ? '' : 'gone'));
  });

  it('stops the child when the container is stopped', async () => {
    const setup = await setUpWorker();
    await addTool(
      setup.tools,
      'tool',
      script(setup.base, `mark('up', 'x'); setInterval(() => {}, 1000);`),
    );

    const running = runTool(setup.context, command(setup), 60);
    await eventually(() => setup.mark('up'));
    setup.stop.abort();
    const run = await running;

    expect(run.end).toEqual({ how: 'stopped' });
  });

  it('keeps only the beginning and the end of a flood of output', async () => {
    const setup = await setUpWorker();
    const flood = `const chunk = 'x'.repeat(1 << 20) + '\\n';
      let left = 40;
      process.stderr.write('first\\n');
      (function more() {
        while (left-- > 0) if (!process.stderr.write(chunk)) return process.stderr.once('drain', more);
        process.stderr.write('last\\n');
      })();`;
    await addTool(setup.tools, 'tool', flood);

    const run = await runTool(setup.context, command(setup), 60);

    expect(run.end).toEqual({ how: 'exit', code: 0 });
    expect(run.stderr.length).toBeLessThan(200_000);
    expect(run.stderr.startsWith('first\n')).toBe(true);
    expect(run.stderr.endsWith('last\n')).toBe(true);
  });

  it('does not wait for a grandchild that left the process group and keeps the output open', async () => {
    const setup = await setUpWorker();
    await addTool(
      setup.tools,
      'tool',
      `const child = require('node:child_process').spawn(process.execPath,
        ['-e', 'setTimeout(() => {}, 20000)'], { detached: true, stdio: 'inherit' });
      console.log(child.pid); child.unref();`,
    );

    const run = await runTool(setup.context, command(setup), 60);

    expect(run.end).toEqual({ how: 'exit', code: 0 });
    process.kill(Number(run.stdout));
  });
});

/** Counts a zombie, a killed process that nobody has waited for, as not running. */
function isRunning(pid: number): boolean {
  try {
    const stat = process.getBuiltinModule('node:fs').readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) Z /.test(stat);
  } catch {
    return false;
  }
}
