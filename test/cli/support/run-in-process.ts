import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { CliContext } from '../../../lib/cli/cli-context.ts';
import type { Command } from '../../../lib/cli/command.ts';
import { COMMANDS } from '../../../lib/cli/commands.ts';
import { writeFile } from '../../../lib/cli/output/write-file.ts';
import { runCli } from '../../../lib/cli/run-cli.ts';
import { systemClock } from '../../../lib/clock.ts';

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process, from the sources. */
export async function runInProcess(
  args: readonly string[],
  options: {
    readonly environment?: Readonly<Record<string, string | undefined>>;
    readonly commands?: readonly Command[];
    readonly stop?: AbortSignal;
    readonly terminal?: boolean;
    readonly columns?: number;
    readonly openBrowser?: CliContext['openBrowser'];
  } = {},
): Promise<CliRun> {
  const written = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof written): CliContext['stdout'] => ({
    write: (text) => {
      written[name] += text;
    },
    isTerminal: options.terminal === true,
    columns: options.columns ?? 100,
  });
  const code = await runCli(
    args,
    {
      environment: options.environment ?? {},
      user: 'alice',
      stdout: sink('stdout'),
      stderr: sink('stderr'),
      readFile: (path) => readFile(path, 'utf8'),
      openFile: (path) => createReadStream(path),
      writeFile,
      clock: systemClock,
      // Retries do not wait, because no test expects one to succeed.
      delays: { wait: async () => undefined, random: () => 0 },
      sleep: (milliseconds, signal) =>
        setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(
          () => undefined,
        ),
      openBrowser: options.openBrowser ?? (async () => false),
      stop: options.stop ?? new AbortController().signal,
    },
    { commands: options.commands ?? COMMANDS, version: '1.2.3' },
  );
  return { code, ...written };
}
