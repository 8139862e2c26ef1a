import { describe, expect, it } from 'vitest';
import { CliError } from '../../../lib/cli/cli-error.ts';
import { type Command, type Invocation, ONE_RESULT } from '../../../lib/cli/command.ts';
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
    examples: ['echo hello'],
    outputs: ONE_RESULT,
    async run(invocation) {
      seen.push(invocation);
      return 0;
    },
  };
}

function grow(): Command {
  return { ...echo(), name: 'grow fast', examples: [] };
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
    expect(invocation?.output).toBe('json');
  });

  it.each([
    [['ehco', 'x'], "unknown command 'ehco' (Did you mean echo?)", 'patchwright'],
    [['banana'], "unknown command 'banana'", 'patchwright'],
    [['--loud'], "unknown option '--loud'", 'patchwright'],
    [['echo'], "missing required argument 'TEXT'", 'patchwright echo'],
    [['echo', 'x', '--lout'], "unknown option '--lout' (Did you mean --loud?)", 'patchwright echo'],
    [['ec\nho'], "unknown command 'ec ho' (Did you mean echo?)", 'patchwright'],
    [['grow', 'fats'], "unknown command 'fats' (Did you mean fast?)", 'patchwright grow'],
    [
      ['echo', 'x', '--times', '--loud'],
      "option '--times <N>' argument '--loud' is invalid. It needs a value.",
      'patchwright echo',
    ],
    [
      ['echo', 'x', '-o', 'yaml'],
      "option '-o, --output <FORMAT>' argument 'yaml' is invalid. Allowed choices are table, json.",
      'patchwright echo',
    ],
  ])('explains what is wrong with %j, and ends with a command', async (args, says, path) => {
    const run = await runInProcess(args, { commands: [echo(), grow()] });

    const stderr = `patchwright: ${says}\n  run: ${path} --help\n`;
    expect(run).toEqual({ code: 2, stdout: '', stderr });
  });

  it.each([[[]], [['grow']]])('prints help on standard error for %j', async (args) => {
    const run = await runInProcess(args, { commands: [echo(), grow()] });

    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^Usage: patchwright/);
  });

  it('prints help for the program, for a group and for a command, with examples', async () => {
    const help = async (...args: string[]) =>
      (await runInProcess([...args, '--help'], { commands: [echo(), grow()] })).stdout;

    expect(await help()).toMatch(/echo \[options\] <TEXT> +Repeats\./);
    expect(await help('grow')).toMatch(/fast \[options\] <TEXT>/);
    const one = await help('echo');
    expect(one).toMatch(/^Usage: patchwright echo \[options\] <TEXT>\n/);
    expect(one).toContain('It repeats.');
    expect(one).toMatch(/--times <N> +how often/);
    expect(one).toMatch(/-o, --output <FORMAT>/);
    expect(one).toMatch(/Examples:\n {2}patchwright echo hello\n$/);
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
