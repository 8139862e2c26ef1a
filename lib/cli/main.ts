#!/usr/bin/env node
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import manifest from '../../package.json' with { type: 'json' };
import { systemClock } from '../clock.ts';
import { systemDelays } from '../http/delays.ts';
import { systemSleep } from '../sleep.ts';
import type { CliContext, TextSink } from './cli-context.ts';
import { COMMANDS } from './commands.ts';
import { ExitCode } from './exit-code.ts';
import { writeFile } from './output/write-file.ts';
import { runCli } from './run-cli.ts';
import { openBrowser } from './web/open-browser.ts';

/** The program `patchwright`. Connects the command line to the process's streams, signals and files. */
async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The second signal ends the program at once, without cleaning up.
      if (stop.signal.aborted) process.exit(ExitCode.interrupted);
      stop.abort();
    });
  }
  const context: CliContext = {
    environment: process.env,
    user: userName(),
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    readFile: (path) => readFile(path, 'utf8'),
    openFile: (path) => createReadStream(path),
    writeFile,
    clock: systemClock,
    delays: systemDelays,
    sleep: systemSleep,
    openBrowser,
    stop: stop.signal,
  };
  const code = await runCli(process.argv.slice(2), context, {
    commands: COMMANDS,
    version: manifest.version,
  });
  await Promise.all([written(process.stdout), written(process.stderr)]);
  // Exit explicitly, because an abandoned request may still hold a socket.
  process.exit(code);
}

/** A container may run under an id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

function sinkOf(stream: NodeJS.WriteStream): TextSink {
  // A reader that closed the pipe (`| head`) is not a failure.
  stream.on('error', () => undefined);
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    columns: stream.columns,
  };
}

/** Resolves when all output is written. On some systems, pipes are written asynchronously. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

void main();
