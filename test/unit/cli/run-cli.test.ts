import { describe, expect, it } from 'vitest';
import { CliError } from '../../../lib/cli/cli-error.ts';
import type { Command, Invocation } from '../../../lib/cli/command.ts';
import { runInProcess } from '../../cli/support/run-in-process.ts';

/** A command that records its invocations. */
function echo(seen: Invocation[] = []): Command {
  return {
    name: 'echo',
    summary: 'Repeats.',
    about: ['It repeats.'],
    options: [
      { name: 'loud', about: 'louder' },
      { name: 'times', value: 'N', about: 'how often' },
    ],
    operands: ['TEXT'],
    async run(invocation) {
      seen.push(invocation);
      return 0;
    },
  };
}

describe('the command line', () => {
  it('passes options and operands to a command', async () => {
    const seen: Invocation[] = [];

    const run = await runInProcess(['echo', 'hello', '--times=3', '--loud', '-o', 'json'], {
      commands: [echo(seen)],
    });

    expect(run).toEqual({ code: 0, stdout: '', stderr: '' });
    const [invocation] = seen;
    expect(invocation?.operands).toEqual(['hello']);
    expect(invocation?.value('times')).toBe('3');
    expect(invocation?.flag('loud')).toBe(true);
    expect(invocation?.flag('help')).toBe(false);
    expect(invocation?.output).toBe('json');
  });

  it.each([
    { args: [], says: 'name a command (echo), or use --help' },
    { args: ['ehco', 'x'], says: 'unknown command "ehco": did you mean "echo"?' },
    { args: ['banana'], says: 'unknown command "banana": "patchwright --help" lists the commands' },
    { args: ['--loud'], says: 'unknown option "--loud": "patchwright --help" lists the options' },
    { args: ['echo'], says: 'echo needs TEXT' },
    { args: ['ec\nho'], says: 'unknown command "ec ho": did you mean "echo"?' },
  ])('explains in one line what is wrong with $args', async ({ args, says }) => {
    const run = await runInProcess(args, { commands: [echo()] });

    expect(run).toEqual({ code: 2, stdout: '', stderr: `patchwright: ${says}\n` });
  });

  it('prints help for the program and for each command', async () => {
    const all = await runInProcess(['--help'], { commands: [echo()] });
    const one = await runInProcess(['echo', '--help'], { commands: [echo()] });
    const short = await runInProcess(['echo', '-h'], { commands: [echo()] });

    expect(all.stdout).toMatch(/Commands:\n {2}echo {2}Repeats\./);
    expect(one.stdout).toMatch(/Usage: patchwright echo TEXT \[options\]/);
    expect(one.stdout).toMatch(/ {6}--times N +how often/);
    expect(one.stdout).toMatch(/-o, --output FORMAT/);
    expect(short).toEqual(one);
    expect([all.code, one.code]).toEqual([0, 0]);
  });

  it('prints the version', async () => {
    expect((await runInProcess(['--version'])).stdout).toBe('1.2.3\n');
  });

  it('says what failed, where and what to do if a command can’t run', async () => {
    const command: Command = {
      ...echo(),
      async run() {
        throw new CliError('the moon is down', { where: 'the sky', whatToDo: 'wait' });
      },
    };

    const run = await runInProcess(['echo', 'x'], { commands: [command] });

    expect(run.code).toBe(3);
    expect(run.stderr).toBe(
      'patchwright: the moon is down\n  where: the sky\n  what to do: wait\n',
    );
  });

  it('does not quote the message of an unexpected failure', async () => {
    const command: Command = {
      ...echo(),
      async run() {
        throw new TypeError('AccountKey=secret');
      },
    };

    const run = await runInProcess(['echo', 'x'], { commands: [command] });

    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/unexpected failure \(TypeError\)/);
    expect(run.stderr).not.toContain('secret');
  });
});
