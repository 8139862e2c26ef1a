import type { CliContext } from './cli-context.ts';
import type { ExitCode } from './exit-code.ts';

/** An option of a command: `--name`, or `--name VALUE`. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** What its value is called in the help; absent: the option is a flag. */
  readonly value?: string;
  /** The only values it takes; the first one is the default. */
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
  /** Names of the words that it takes; none may be left out and none may be more. */
  readonly operands: readonly string[];
}

/** What a command is called with, already checked against its specification. */
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

/** What every command takes. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'output',
    short: 'o',
    value: 'FORMAT',
    choices: OUTPUT_FORMATS,
    about: 'how to print: table, for people (the default), or json, for programs',
  },
  {
    name: 'settings',
    value: 'FILE',
    about: 'read the app’s settings from FILE, not from the environment',
  },
  { name: 'help', short: 'h', about: 'print this help' },
];
