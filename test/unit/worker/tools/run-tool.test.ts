import { describe, expect, it } from 'vitest';
import type { WorkerContext } from '../../../../worker/context/worker-context.ts';
import { runTool } from '../../../../worker/tools/run-tool.ts';
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

  it('kills a program at its memory limit, and no other', async () => {
    const setup = await setUpWorker();
    await addTool(
      setup.tools,
      'tool',
      `const held = [];
      process.on('SIGTERM', () => {});
      setInterval(() => held.push(Buffer.alloc(32 * 1024 * 1024, 1)), 1);`,
    );

    const limited = { ...command(setup), maxMemoryBytes: 200 * 1024 * 1024 };
    const run = await runTool(setup.context, limited, 60);

    expect(run.end).toEqual({ how: 'memory-limit' });
  });

  it('ends as usual below its memory limit', async () => {
    const setup = await setUpWorker();
    await addTool(setup.tools, 'tool', 'process.exit(0)');

    const limited = { ...command(setup), maxMemoryBytes: 2 * 1024 ** 3 };

    expect((await runTool(setup.context, limited, 60)).end).toEqual({ how: 'exit', code: 0 });
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
