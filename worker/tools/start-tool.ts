import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { WorkerContext } from '../context/worker-context.ts';
import { CappedOutput } from './capped-output.ts';

/** A program to start from PATH, without a shell. */
export interface ToolCommand {
  readonly name: string;
  readonly args: readonly string[];
  /** The child's whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Time between SIGTERM and SIGKILL. Default: 10 s. */
  readonly stopGraceMs?: number;
  /** Above this much memory of its own the program is killed. No limit if absent. */
  readonly maxMemoryBytes?: number;
}

export type ToolEnd =
  | { readonly how: 'exit'; readonly code: number }
  | { readonly how: 'signal'; readonly signal: string }
  /** Not on PATH or not executable. `code` is the system's error code, for example `ENOENT`. */
  | { readonly how: 'not-started'; readonly code: string };

/** A program that runs in its own process group. */
export interface RunningTool {
  /** Undefined if it could not be started. */
  readonly pid: number | undefined;
  readonly ended: Promise<ToolEnd>;
  /** The output so far, masked and capped to its head and tail. */
  stdout(): string;
  stderr(): string;
  /** Sends SIGTERM to the whole group, and SIGKILL after the grace period. */
  stop(): Promise<'ended' | 'killed'>;
  /** Sends SIGKILL to the whole group at once. */
  kill(): Promise<void>;
}

const STDOUT_SIZE = { headBytes: 256 * 1024, tailBytes: 1024 };
/** Both ends matter: a package manager names a broken source early and a failed package last. */
const STDERR_SIZE = { headBytes: 128 * 1024, tailBytes: 64 * 1024 };
const STOP_GRACE_MS = 10_000;
/** A grandchild that left the group may hold the pipes open forever. */
const PIPE_GRACE_MS = 1000;

export function startTool(context: WorkerContext, command: ToolCommand): RunningTool {
  const child = context.spawn(command.name, [...command.args], {
    cwd: context.scratch,
    env: command.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    shell: false,
  });
  const stdout = new CappedOutput(STDOUT_SIZE);
  const stderr = new CappedOutput(STDERR_SIZE);
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));

  const ended = endOf(child, { context, onExit: () => signalGroup('SIGKILL') });

  function signalGroup(signal: NodeJS.Signals): void {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // No such process: the whole group has ended.
    }
  }

  async function stop(): Promise<'ended' | 'killed'> {
    signalGroup('SIGTERM');
    const over = new AbortController();
    const inTime = await Promise.race([
      ended.then(() => true),
      context.sleep(command.stopGraceMs ?? STOP_GRACE_MS, over.signal).then(() => false),
    ]);
    over.abort();
    if (inTime) return 'ended';

    await kill();
    return 'killed';
  }

  async function kill(): Promise<void> {
    signalGroup('SIGKILL');
    await ended;
  }

  return {
    pid: child.pid,
    ended,
    stdout: () => stdout.text(context.secrets),
    stderr: () => stderr.text(context.secrets),
    stop,
    kill,
  };
}

/** How the program ended, once its output is complete or nobody may write to it any more. */
async function endOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
  { context, onExit }: { readonly context: WorkerContext; readonly onExit: () => void },
): Promise<ToolEnd> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = await new Promise<ToolEnd>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) resolve({ how: 'not-started', code: error.code ?? 'unknown' });
    });
    child.once('exit', (code, signal) => {
      onExit();
      resolve(code === null ? { how: 'signal', signal: String(signal) } : { how: 'exit', code });
    });
  });
  const drained = new AbortController();
  await Promise.race([closed, context.sleep(PIPE_GRACE_MS, drained.signal)]);
  drained.abort();
  child.stdout.destroy();
  child.stderr.destroy();
  return end;
}
