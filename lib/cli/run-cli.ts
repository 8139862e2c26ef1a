import { plainText } from '../text/plain-text.ts';
import type { CliContext } from './cli-context.ts';
import { CliError, UsageError } from './cli-error.ts';
import type { Command } from './command.ts';
import { ExitCode } from './exit-code.ts';
import { commandHelp, programHelp } from './help.ts';
import { nearest } from './nearest.ts';
import { parseArguments } from './parse-arguments.ts';

/** Runs one command line. Never throws; failures are printed on standard error. */
export async function runCli(
  args: readonly string[],
  context: CliContext,
  program: { readonly commands: readonly Command[]; readonly version: string },
): Promise<ExitCode> {
  try {
    return await dispatch(args, context, program);
  } catch (error) {
    const { text, code } = describe(error);
    context.stderr.write(`patchwright: ${text}\n`);
    return code;
  }
}

async function dispatch(
  args: readonly string[],
  context: CliContext,
  { commands, version }: Parameters<typeof runCli>[2],
): Promise<ExitCode> {
  const [first, ...rest] = args;
  if (first === '--help' || first === '-h') {
    context.stdout.write(programHelp(commands));
    return ExitCode.ok;
  }
  if (first === '--version') {
    context.stdout.write(`${version}\n`);
    return ExitCode.ok;
  }
  const command = commandNamed(first, commands);
  const invocation = parseArguments(command, rest);
  if (invocation.flag('help')) {
    context.stdout.write(commandHelp(command));
    return ExitCode.ok;
  }
  return command.run(invocation, context);
}

function commandNamed(name: string | undefined, commands: readonly Command[]): Command {
  const command = commands.find((one) => one.name === name);
  if (command !== undefined) return command;
  const names = commands.map((one) => one.name);
  if (name === undefined) {
    throw new UsageError(`name a command (${names.join(', ')}), or use --help`);
  }
  const kind = name.startsWith('-') ? 'option' : 'command';
  const meant = kind === 'command' ? nearest(name, names) : undefined;
  const hint =
    meant === undefined ? `"patchwright --help" lists the ${kind}s` : `did you mean "${meant}"?`;
  throw new UsageError(`unknown ${kind} "${name}": ${hint}`);
}

function describe(error: unknown): { readonly text: string; readonly code: ExitCode } {
  if (error instanceof UsageError)
    return { text: plainText(error.message, 500), code: ExitCode.usage };
  if (error instanceof CliError) {
    const text = `${error.message}\n  where: ${error.where}\n  what to do: ${error.whatToDo}`;
    return { text, code: ExitCode.couldNotRun };
  }
  // The message of an unknown error may quote a secret.
  const name = error instanceof Error ? error.name : 'unknown';
  const text = `unexpected failure (${name})\n  what to do: report it, with the command line`;
  return { text, code: ExitCode.couldNotRun };
}
