/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import { parseArgs } from 'node:util';

/** The parts of the process that a stand-in may use. */
export interface ProgramContext {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => Date;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Returns the exit status. */
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
  // Exit explicitly, because a program that timed out may leave a connection open.
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

/** Flags of the real tool. An unknown flag is refused, as there. */
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

/** Parses a duration in Go's format (`10m`, `1h30m`, `90s`) to milliseconds. */
export function parseGoDuration(text: string): number {
  const match = /^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?$/.exec(text);
  if (text === '' || match === null) {
    throw new Error(`time: invalid duration ${JSON.stringify(text)}`);
  }
  const [hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}

/** The message of a thrown value, with its causes. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : '';
  return error.message === '' ? inner || error.name : error.message;
}

/** Fails with `message` if the work takes longer. The work itself continues. */
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

/** A required flag. */
export function requiredFlag(flags: ParsedFlags, name: string): string {
  const value = flags.text(name);
  if (value === undefined) {
    throw new Error(`required flag(s) "${name}" not set`);
  }
  return value;
}
