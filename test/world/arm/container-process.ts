import { type ChildProcess, spawn } from 'node:child_process';
import type { ContainerLog } from './container-log.ts';
import type { ContainerFolder } from './group-folder.ts';
import type { LocalCommand } from './local-command.ts';
import { killTree } from './process-tree.ts';

export interface ContainerProcess {
  /** Settles with the exit code; for a signal, 128 plus its number, as in container runtimes. */
  readonly ended: Promise<number>;
  kill(): void;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Runs a container's command, and sends its output to the log. */
export function startContainerProcess(
  { command, args, cwd, env }: LocalCommand,
  { folder, log }: { readonly folder: ContainerFolder; readonly log: ContainerLog },
): ContainerProcess {
  const child = spawn(command, args, {
    cwd,
    env,
    // In its own process group, so that everything can be killed.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk: Buffer) => log.append(chunk, new Date()));
  child.stderr.on('data', (chunk: Buffer) => log.append(chunk, new Date()));
  const kill = () => {
    if (child.pid !== undefined) {
      killTree(child.pid, `${folder.path}/`);
    }
  };
  return { ended: endOf(child, log, kill), kill };
}

function endOf(child: ChildProcess, log: ContainerLog, killRest: () => void): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      log.append(Buffer.from(`${error.message}\n`), new Date());
      // Like a container runtime if the command can't be started.
      resolve(127);
    });
    // A container ends with its first process. What that one left behind would keep the pipes open,
    // and `close`, with which the output is complete, would never come.
    child.once('exit', killRest);
    child.once('close', (code, signal) => {
      resolve(code ?? 128 + (SIGNALS[signal ?? ''] ?? 0));
    });
  });
}
