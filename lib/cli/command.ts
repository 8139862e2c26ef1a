import type { CliContext } from './cli-context.ts';
import type { ExitCode } from './exit-code.ts';

/** An option of a command: `--name`, or `--name VALUE`. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** Name of the value in the help; absent if the option is a flag. */
  readonly value?: string;
  /** The option may be given without its value. */
  readonly isValueOptional?: boolean;
  /** The allowed values. */
  readonly choices?: readonly string[];
  readonly about: string;
}

export interface CommandSpec {
  /** One word, or a group and a word: `runs list`. */
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** A few lines, for the command's own help. */
  readonly about: readonly string[];
  readonly options: readonly OptionSpec[];
  /** Names of the operands: `IMAGE`, or `[RUN]` if it may be left out. */
  readonly operands: readonly string[];
  /** Command lines without the program's name, for the help. */
  readonly examples: readonly string[];
  /** What `--output` accepts; the first is the default. */
  readonly outputs: readonly OutputFormat[];
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

export const OUTPUT_FORMATS = ['table', 'json', 'tsv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Of a command that prints one thing. */
export const ONE_RESULT: readonly OutputFormat[] = ['table', 'json'];

/** Options of every command. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'output',
    short: 'o',
    value: 'FORMAT',
    choices: OUTPUT_FORMATS,
    about: 'print a table for people (default), or json or tsv for programs',
  },
  {
    name: 'settings',
    value: 'FILE',
    about: 'read the app’s settings from FILE instead of the environment',
  },
  { name: 'help', short: 'h', about: 'print this help' },
];

/** The common options of a command, with the formats that it has. */
export function commonOptionsOf({ outputs }: Pick<CommandSpec, 'outputs'>): readonly OptionSpec[] {
  return COMMON_OPTIONS.map((option) => {
    if (option.name !== 'output') return option;
    const [, ...others] = outputs;
    const about = `print a table for people (default), or ${others.join(' or ')} for programs`;
    return { ...option, choices: outputs, about };
  }).filter(({ name }) => name !== 'output' || outputs.length > 1);
}
