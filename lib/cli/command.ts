import type { CliContext } from './cli-context.ts';
import type { ExitCode } from './exit-code.ts';

/** An option of a command: `--name`, or `--name VALUE`. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** Name of the value in the help; absent if the option is a flag. */
  readonly value?: string;
  /** The allowed values; the first is the default. */
  readonly choices?: readonly string[];
  readonly about: string;
}

export interface CommandSpec {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** A few lines, for the command's own help. */
  readonly about: readonly string[];
  readonly options: readonly OptionSpec[];
  /** Names of the operands. All are required. */
  readonly operands: readonly string[];
}

/** The arguments of a call, checked against the command's specification. */
export interface Invocation {
  readonly flag: (name: string) => boolean;
  readonly value: (name: string) => string | undefined;
  readonly operands: readonly string[];
  readonly output: OutputFormat;
}

export interface Command extends CommandSpec {
  readonly run: (invocation: Invocation, context: CliContext) => Promise<ExitCode>;
}

export const OUTPUT_FORMATS = ['table', 'json'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Options of every command. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'output',
    short: 'o',
    value: 'FORMAT',
    choices: OUTPUT_FORMATS,
    about: 'print a table for people (default), or json for programs',
  },
  {
    name: 'settings',
    value: 'FILE',
    about: 'read the app’s settings from FILE instead of the environment',
  },
  { name: 'help', short: 'h', about: 'print this help' },
];
