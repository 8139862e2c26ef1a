import { Argument, InvalidArgumentError, Option, Command as Parser } from 'commander';
import type { CliContext } from './cli-context.ts';
import {
  type Command,
  type CommandSpec,
  commonOptionsOf,
  type Invocation,
  type OptionSpec,
  OUTPUT_FORMATS,
} from './command.ts';
import { groupSummary } from './command-groups.ts';

/** Width of the help if standard output is not a terminal. */
const HELP_WIDTH = 80;
const LEAST_HELP_WIDTH = 40;

/** A fault of the command line that the parser found, with the command that it is about. */
export class ParserExit extends Error {
  readonly code: string;
  readonly path: string;

  constructor(error: { readonly message: string; readonly code: string }, path: string) {
    super(error.message);
    this.code = error.code;
    this.path = path;
  }
}

interface Program {
  readonly commands: readonly Command[];
  readonly version: string;
  /** Called for the command that was named. */
  readonly run: (command: Command, invocation: Invocation) => Promise<void>;
}

/** The parser of the command line, made from the commands' specifications. */
export function buildProgram({ commands, version, run }: Program, context: CliContext): Parser {
  const program = new Parser('patchwright');
  setUp(program, context, 'patchwright');
  program
    .description('The command line of Patchwright, which keeps the images of a registry patched.')
    .version(version, '--version', 'print the version')
    .addHelpText('after', PROGRAM_END);
  /** The parents of commands with two words. One may be a command too: `evidence`. */
  const groups = new Map<string, Parser>();
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ');
    const parent = second === undefined ? program : groupOf(first);
    const parser = new Parser(second ?? first);
    setUp(parser, context, `patchwright ${command.name}`);
    addCommand(parser, command, run);
    if (second === undefined) groups.set(first, parser);
    parent.addCommand(parser);
  }
  return program;

  function groupOf(name: string): Parser {
    const known = groups.get(name);
    if (known !== undefined) return known;
    const group = new Parser(name).description(groupSummary(name));
    setUp(group, context, `patchwright ${name}`);
    groups.set(name, group);
    program.addCommand(group);
    return group;
  }
}

const PROGRAM_END = `
"patchwright COMMAND --help" explains a command.
Exit status: 0 ok, 1 a check or a run failed, 2 wrong usage, 3 could not run,
4 not found, 130 interrupted.`;

function setUp(parser: Parser, { stdout, stderr }: CliContext, path: string): void {
  const width = Math.max(LEAST_HELP_WIDTH, stdout.columns ?? HELP_WIDTH);
  parser
    // An option after `evidence verify` is not one of `evidence`.
    .enablePositionalOptions()
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // run-cli.ts prints errors.
      outputError: () => undefined,
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride((error) => {
      throw new ParserExit(error, path);
    });
}

function addCommand(parser: Parser, command: Command, run: Program['run']): void {
  const options = [...command.options, ...commonOptionsOf(command)].filter(
    ({ name }) => name !== 'help',
  );
  parser.summary(command.summary).description(descriptionOf(command));
  for (const operand of command.operands) parser.addArgument(argumentOf(operand));
  const names = options.map((option) => {
    const parsed = optionOf(option);
    parser.addOption(parsed);
    return [option.name, parsed.attributeName()] as const;
  });
  if (command.examples.length > 0) {
    const lines = command.examples.map((example) => `  patchwright ${example}`);
    parser.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  }
  const attributes = new Map(names);
  parser.action(() => run(command, invocationOf(parser, attributes, command)));
}

function descriptionOf({ summary, about }: CommandSpec): string {
  return about.length === 0 ? summary : `${summary}\n\n${about.join(' ')}`;
}

function argumentOf(operand: string): Argument {
  return new Argument(operand.startsWith('[') ? operand : `<${operand}>`);
}

function optionOf({ name, short, value, isValueOptional, choices, about }: OptionSpec): Option {
  const ending = value === undefined ? '' : isValueOptional ? ` [${value}]` : ` <${value}>`;
  const option = new Option(`${short === undefined ? '' : `-${short}, `}--${name}${ending}`, about);
  if (value === undefined) return option;
  if (choices !== undefined) return option.choices(choices);
  return option.argParser((given) => {
    // A value that looks like an option means that the value is missing.
    if (given !== '' && !given.startsWith('-')) return given;
    throw new InvalidArgumentError('It needs a value.');
  });
}

function invocationOf(
  parser: Parser,
  attributes: ReadonlyMap<string, string>,
  { outputs }: CommandSpec,
): Invocation {
  const given: Readonly<Record<string, unknown>> = parser.opts();
  const value = (name: string) => given[attributes.get(name) ?? ''];
  const [first = 'table'] = outputs;
  return {
    flag: (name) => value(name) === true,
    value: (name) => {
      const found = value(name);
      return typeof found === 'string' ? found : undefined;
    },
    operands: parser.args,
    output: OUTPUT_FORMATS.find((format) => format === value('output')) ?? first,
  };
}
