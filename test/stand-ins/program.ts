/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import { parseArgs } from 'node:util';

/** What a stand-in may touch of the process that it runs in. */
export interface ProgramContext {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => Date;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Gives the exit status. */
export type Program = (context: ProgramContext) => Promise<number>;

/**
 * Runs a stand-in as this process.
 * @public The programs in bin/ call it; Knip does not read files without an extension.
 */
export async function runProgram(program: Program): Promise<void> {
  const status = await program({
    args: process.argv.slice(2),
    env: process.env,
    now: () => new Date(),
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  });
  // A program that gave up on time may leave a connection open; it must end all the same.
  process.stderr.write('', () => process.stdout.write('', () => process.exit(status)));
}

export interface FlagSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
}

export interface ParsedFlags {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  isSet(name: string): boolean;
}

/** Flags as the real tool takes them; one that is not in the list is refused, as there. */
export function parseFlags(
  args: readonly string[],
  known: Readonly<Record<string, FlagSpec>>,
): ParsedFlags {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: known,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') {
      continue;
    }
    const spec = known[token.name];
    if (spec === undefined) {
      throw new Error(`unknown flag: ${token.rawName}`);
    }
    if (spec.type === 'string' && token.value === undefined) {
      throw new Error(`flag needs an argument: ${token.rawName}`);
    }
  }
  return {
    positionals,
    text(name) {
      const value = values[name];
      return typeof value === 'string' ? value : undefined;
    },
    isSet: (name) => values[name] !== undefined && values[name] !== false,
  };
}

/** A duration as Go writes it (`10m`, `1h30m`, `90s`), in milliseconds. */
export function parseGoDuration(text: string): number {
  const match = /^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?$/.exec(text);
  if (text === '' || match === null) {
    throw new Error(`time: invalid duration ${JSON.stringify(text)}`);
  }
  const [hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}

/** The message of anything thrown, with what caused it. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : '';
  return error.message === '' ? inner || error.name : error.message;
}

/** Fails with `message` when the work takes longer; the work itself can't be stopped. */
export async function withTimeLimit<T>(
  work: Promise<T>,
  milliseconds: number,
  message: string,
): Promise<T> {
  const timer = Promise.withResolvers<never>();
  const handle = setTimeout(() => timer.reject(new Error(message)), milliseconds);
  try {
    return await Promise.race([work, timer.promise]);
  } finally {
    clearTimeout(handle);
  }
}

/** A flag that the stand-in can't do without. */
export function requiredFlag(flags: ParsedFlags, name: string): string {
  const value = flags.text(name);
  if (value === undefined) {
    throw new Error(`required flag(s) "${name}" not set`);
  }
  return value;
}
