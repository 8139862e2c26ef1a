import { describe, expect, it } from 'vitest';
import { startTool } from '../../../../worker/tools/start-tool.ts';
import { addTool } from '../support/fake-tools.ts';
import { eventually, setUpWorker, type WorkerSetup } from '../support/worker-setup.ts';

function command(setup: WorkerSetup) {
  return { name: 'tool', args: [], environment: { PATH: setup.context.environment.PATH ?? '' } };
}

/** Starts the tool and waits for its end. */
async function run(setup: WorkerSetup) {
  const tool = startTool(setup.context, command(setup));
  const end = await tool.ended;
  return { end, stdout: tool.stdout(), stderr: tool.stderr() };
}

describe('startTool', () => {
  it('passes only the variables of the command to the child', async () => {
    const setup = await setUpWorker();
    await addTool(setup.tools, 'tool', 'console.log(Object.keys(process.env).sort().join())');

    const tool = await run(setup);

    expect(tool.stdout).toBe('PATH\n');
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

    expect(await startTool(setup.context, { ...command(setup), ...options }).stop()).toBe('killed');

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

    const tool = await run(setup);

    expect(tool.end).toEqual({ how: 'exit', code: 0 });
    const pid = Number(tool.stdout);
    expect(pid).toBeGreaterThan(1);
    await eventually(async () => (isRunning(pid) ? '' : 'gone'));
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

    const tool = await run(setup);

    expect(tool.end).toEqual({ how: 'exit', code: 0 });
    expect(tool.stderr.length).toBeLessThan(200_000);
    expect(tool.stderr.startsWith('first\n')).toBe(true);
    expect(tool.stderr.endsWith('last\n')).toBe(true);
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

    const tool = await run(setup);

    expect(tool.end).toEqual({ how: 'exit', code: 0 });
    process.kill(Number(tool.stdout));
  });

  it('reports the signal that ended the program', async () => {
    const setup = await setUpWorker();
    await addTool(setup.tools, 'tool', "process.kill(process.pid, 'SIGKILL')");

    expect((await run(setup)).end).toEqual({ how: 'signal', signal: 'SIGKILL' });
  });

  it('reports a program that does not exist as not started', async () => {
    expect((await run(await setUpWorker())).end).toEqual({ how: 'not-started', code: 'ENOENT' });
  });

  it('ends a program that obeys SIGTERM without killing it', async () => {
    const setup = await setUpWorker();
    await addTool(setup.tools, 'tool', "console.log('up'); setInterval(() => {}, 1000)");
    const tool = startTool(setup.context, command(setup));
    await eventually(async () => tool.stdout());

    expect(await tool.stop()).toBe('ended');
    expect(await tool.ended).toEqual({ how: 'signal', signal: 'SIGTERM' });
  });

  it('masks secrets in the output', async () => {
    const setup = await setUpWorker();
    setup.context.secrets.learn('the-secret-of-the-job');
    await addTool(setup.tools, 'tool', "console.log('a the-secret-of-the-job b')");

    expect((await run(setup)).stdout).toBe('a *** b\n');
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
