import { plainText } from '../text/plain-text.ts';
import { buildProgram, ParserExit } from './build-program.ts';
import type { CliContext } from './cli-context.ts';
import { CliError, UsageError } from './cli-error.ts';
import type { Command } from './command.ts';
import { ExitCode } from './exit-code.ts';

const LONGEST_LINE = 500;
const HELP_WAS_PRINTED: ReadonlySet<string> = new Set([
  'commander.helpDisplayed',
  'commander.version',
]);

/** Runs one command line. Never throws; failures are printed on standard error. */
export async function runCli(
  args: readonly string[],
  context: CliContext,
  program: { readonly commands: readonly Command[]; readonly version: string },
): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  let running = '';
  const parser = buildProgram(
    {
      ...program,
      run: async (command, invocation) => {
        running = command.name;
        code = await command.run(invocation, context);
      },
    },
    context,
  );
  try {
    await parser.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    const described = describe(error, running);
    if (described.text !== '') context.stderr.write(`patchwright: ${described.text}\n`);
    return described.code;
  }
}

function describe(
  error: unknown,
  running: string,
): { readonly text: string; readonly code: ExitCode } {
  if (error instanceof ParserExit) return describeExit(error);
  if (error instanceof UsageError) {
    const text = `${plainText(error.message, LONGEST_LINE)}\n  run: patchwright ${running} --help`;
    return { text, code: ExitCode.usage };
  }
  if (error instanceof CliError) {
    const text = `${error.message}\n  where: ${error.where}\n  what to do: ${error.whatToDo}`;
    return { text, code: error.exitCode };
  }
  // The message of an unknown error may quote a secret.
  const name = error instanceof Error ? error.name : 'unknown';
  const text = `unexpected failure (${name})\n  what to do: report it, with the command line and this version: patchwright --version`;
  return { text, code: ExitCode.couldNotRun };
}

function describeExit({ code, message, path }: ParserExit): ReturnType<typeof describe> {
  if (HELP_WAS_PRINTED.has(code)) return { text: '', code: ExitCode.ok };
  // The parser has printed the help of a group that was named without a command.
  if (code === 'commander.help') return { text: '', code: ExitCode.usage };
  const fault = plainText(message.replace(/^error: /, ''), LONGEST_LINE);
  return { text: `${fault}\n  run: ${path} --help`, code: ExitCode.usage };
}
