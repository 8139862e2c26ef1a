import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import type { ContainerLog } from './container-log.ts';
import type { ContainerFolder } from './group-folder.ts';
import type { Container } from './group-request.ts';
import { killTree } from './process-tree.ts';

/** The mapping of a container to a local process. */
export interface ContainerRuntime {
  /** The entry point of the worker image, for a container without a command. */
  readonly entrypoint: readonly string[];
  /** Path inside the worker image → local file. */
  readonly files: Readonly<Record<string, string>>;
  /** The folder with the tools of the worker image, first on PATH. */
  readonly toolsFolder?: string;
}

export interface ContainerProcess {
  /** Settles with the exit code; for a signal, 128 plus its number, as in container runtimes. */
  readonly ended: Promise<number>;
  kill(): void;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/**
 * Runs a container's command with the environment of its specification. From the world's own
 * environment it gets only PATH, HOME and TMPDIR.
 */
export function startContainerProcess(options: {
  readonly container: Container;
  readonly folder: ContainerFolder;
  readonly runtime: ContainerRuntime;
  readonly log: ContainerLog;
}): ContainerProcess {
  const { container, folder, runtime, log } = options;
  const [program, ...args] = container.properties.command ?? runtime.entrypoint;
  const child = spawn(
    program === 'node' ? process.execPath : (program ?? ''),
    args.map((value) => runtime.files[value] ?? folder.rewrite(value)),
    {
      cwd: folder.home,
      env: environmentOf(options),
      // In its own process group, so that everything can be killed.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  child.stdout.on('data', (chunk: Buffer) => log.append(chunk, new Date()));
  child.stderr.on('data', (chunk: Buffer) => log.append(chunk, new Date()));
  const kill = () => {
    if (child.pid !== undefined) {
      killTree(child.pid, `${folder.path}/`);
    }
  };
  return { ended: endOf(child, log, kill), kill };
}

function environmentOf(options: {
  readonly container: Container;
  readonly folder: ContainerFolder;
  readonly runtime: ContainerRuntime;
}): Record<string, string> {
  const { container, folder, runtime } = options;
  const path = [runtime.toolsFolder, dirname(process.execPath), process.env.PATH];
  const environment: Record<string, string> = {
    PATH: path.filter((part) => part !== undefined).join(delimiter),
    HOME: folder.home,
    TMPDIR: folder.temporary,
  };
  for (const variable of container.properties.environmentVariables ?? []) {
    const value = variable.secureValue ?? variable.value ?? '';
    environment[variable.name] = folder.rewrite(value);
  }
  return environment;
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
