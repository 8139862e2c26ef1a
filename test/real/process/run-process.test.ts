import { describe, expect, it } from 'vitest';
import { ProcessFailed, runProcess, runToExit } from './run-process.ts';

const node = process.execPath;

describe('a program that is run', () => {
  it('hands back what it printed', async () => {
    const script = 'console.log("out"); console.error("err")';

    const result = await runProcess({ command: node, args: ['-e', script], timeoutMs: 20_000 });

    expect(result).toEqual({ exitCode: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  it('gets its arguments as they are, with no shell between', async () => {
    const hostile = '$(echo no); `id` "quoted" *';
    const args = ['-e', 'console.log(process.argv[1])', hostile];

    const { stdout } = await runProcess({ command: node, args, timeoutMs: 20_000 });

    expect(stdout).toBe(`${hostile}\n`);
  });

  it('that fails is an error with the end of what it said', async () => {
    const args = ['-e', 'console.error("disk full"); process.exit(3)'];

    const run = runProcess({ command: node, args, timeoutMs: 20_000 });

    await expect(run).rejects.toThrow(/ended with 3:\ndisk full/);
  });

  it('that fails is an answer where the exit code is one', async () => {
    const result = await runToExit({
      command: node,
      args: ['-e', 'process.exit(3)'],
      timeoutMs: 20_000,
    });

    expect(result.exitCode).toBe(3);
  });

  it('is killed when its time is over', async () => {
    const args = ['-e', 'setInterval(() => {}, 1000)'];

    const run = runProcess({ command: node, args, timeoutMs: 50 });

    await expect(run).rejects.toThrow('took longer than 0.05 s');
  });

  it('is killed when it is called off', async () => {
    const called = new AbortController();
    const run = runProcess({
      command: node,
      args: ['-e', 'console.log("up"); setInterval(() => {}, 1000)'],
      timeoutMs: 20_000,
      onLine: () => called.abort(),
      signal: called.signal,
    });

    await expect(run).rejects.toThrow('was interrupted');
  });

  it('that is not there is an error of the same kind', async () => {
    const run = runProcess({ command: '/nonexistent/program', args: [], timeoutMs: 1000 });

    await expect(run).rejects.toBeInstanceOf(ProcessFailed);
  });
});
