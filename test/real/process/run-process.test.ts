import { describe, expect, it } from 'vitest';
import { ProcessFailed, runProcess, runToExit } from './run-process.ts';

const node = process.execPath;

describe('runProcess', () => {
  it('returns the output of the program', async () => {
    const script = 'console.log("out"); console.error("err")';

    const result = await runProcess({ command: node, args: ['-e', script], timeoutMs: 20_000 });

    expect(result).toEqual({ exitCode: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  it('passes arguments unchanged, without a shell', async () => {
    const hostile = '$(echo no); `id` "quoted" *';
    const args = ['-e', 'console.log(process.argv[1])', hostile];

    const { stdout } = await runProcess({ command: node, args, timeoutMs: 20_000 });

    expect(stdout).toBe(`${hostile}\n`);
  });

  it('throws an error with the end of the output if the program fails', async () => {
    const args = ['-e', 'console.error("disk full"); process.exit(3)'];

    const run = runProcess({ command: node, args, timeoutMs: 20_000 });

    await expect(run).rejects.toThrow(/ended with 3:\ndisk full/);
  });

  it('has a variant that returns the exit code of a failed program', async () => {
    const result = await runToExit({
      command: node,
      args: ['-e', 'process.exit(3)'],
      timeoutMs: 20_000,
    });

    expect(result.exitCode).toBe(3);
  });

  it('kills the program after its time limit', async () => {
    const args = ['-e', 'setInterval(() => {}, 1000)'];

    const run = runProcess({ command: node, args, timeoutMs: 50 });

    await expect(run).rejects.toThrow('took longer than 0.05 s');
  });

  it('kills the program if the signal is aborted', async () => {
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

  it('throws the same kind of error if the program does not exist', async () => {
    const run = runProcess({ command: '/nonexistent/program', args: [], timeoutMs: 1000 });

    await expect(run).rejects.toBeInstanceOf(ProcessFailed);
  });
});
