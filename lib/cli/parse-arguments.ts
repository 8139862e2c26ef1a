import { parseArgs } from 'node:util';
import { UsageError } from './cli-error.ts';
import {
  COMMON_OPTIONS,
  type CommandSpec,
  type Invocation,
  type OptionSpec,
  OUTPUT_FORMATS,
} from './command.ts';
import { nearest } from './nearest.ts';

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/** Parses a command's arguments. Throws a UsageError for the first fault. */
export function parseArguments(command: CommandSpec, args: readonly string[]): Invocation {
  const specs = [...command.options, ...COMMON_OPTIONS];
  const { tokens } = parseArgs({
    args: [...args],
    // This file reports faults itself, with a suggestion.
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(specs.map((spec) => [spec.name, parserOption(spec)])),
  });
  const values = new Map<string, string>();
  const flags = new Set<string>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = specOf(token, specs, command);
    if (spec.value === undefined) flags.add(flagOf(token));
    else values.set(spec.name, givenValue(token, spec));
  }
  if (!flags.has('help')) checkOperands(command, operands);
  return {
    flag: (name) => flags.has(name),
    value: (name) => values.get(name),
    operands,
    output: OUTPUT_FORMATS.find((format) => format === values.get('output')) ?? 'table',
  };
}

function parserOption(spec: OptionSpec): { type: 'string' | 'boolean'; short?: string } {
  return {
    type: spec.value === undefined ? 'boolean' : 'string',
    ...(spec.short !== undefined && { short: spec.short }),
  };
}

function specOf(token: OptionToken, specs: readonly OptionSpec[], command: CommandSpec) {
  const spec = specs.find(({ name }) => name === token.name);
  if (spec !== undefined) return spec;
  const meant = nearest(
    token.name,
    specs.map(({ name }) => name),
  );
  const hint =
    meant === undefined
      ? `"patchwright ${command.name} --help" lists the options`
      : `did you mean "--${meant}"?`;
  throw new UsageError(`unknown option "${token.rawName}" of ${command.name}: ${hint}`);
}

function flagOf(token: OptionToken): string {
  if (token.value === undefined) return token.name;
  throw new UsageError(`option "--${token.name}" takes no value`);
}

function givenValue(token: OptionToken, spec: OptionSpec): string {
  const { value } = token;
  // A value that looks like an option means that the value is missing. `--name=-x` is allowed.
  const forgotten = value?.startsWith('-') === true && token.inlineValue !== true;
  if (value === undefined || value === '' || forgotten) {
    throw new UsageError(`option "--${spec.name}" needs a value: --${spec.name} ${spec.value}`);
  }
  if (spec.choices !== undefined && !spec.choices.includes(value)) {
    const choices = spec.choices.join(' or ');
    throw new UsageError(`option "--${spec.name}" must be ${choices}, not "${value}"`);
  }
  return value;
}

function checkOperands(command: CommandSpec, operands: readonly string[]): void {
  const missing = command.operands[operands.length];
  if (missing !== undefined) throw new UsageError(`${command.name} needs ${missing}`);
  const surplus = operands[command.operands.length];
  if (surplus !== undefined) {
    throw new UsageError(`${command.name} does not take the argument "${surplus}"`);
  }
}
