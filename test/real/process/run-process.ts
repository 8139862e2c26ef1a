import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';

/** The maximum number of characters that are kept of each stream: enough for any message. */
const KEPT_OUTPUT = 256 * 1024;

export interface ProcessRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the child; the parent's by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the child's process group is killed. */
  readonly timeoutMs: number;
  /** Scheduling priority as for `nice`; 0 by default. */
  readonly nice?: number;
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that could not be started, was stopped, ran out of time or ended with a failure. */
export class ProcessFailed extends Error {
  readonly exitCode: number | undefined;
  readonly stderr: string;

  constructor(
    message: string,
    details: { exitCode?: number | undefined; stderr: string; cause?: unknown },
  ) {
    super(message, { cause: details.cause });
    this.name = 'ProcessFailed';
    this.exitCode = details.exitCode;
    this.stderr = details.stderr;
  }
}

/** Runs a program without a shell. Throws {@link ProcessFailed} unless it exits with 0. */
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const result = await runToExit(request);
  if (result.exitCode === 0) {
    return result;
  }
  throw new ProcessFailed(
    `${describe(request)} ended with ${result.exitCode}:\n${lastLines(result.stderr || result.stdout)}`,
    result,
  );
}

/** Like {@link runProcess}, but returns an exit code other than 0 instead of throwing. */
export function runToExit(request: ProcessRequest): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    let stoppedBecause: string | undefined;
    const child = spawn(request.command, request.args, {
      cwd: request.cwd,
      env: request.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own process group, so that the child's processes end with it.
      detached: true,
    });
    const stop = (reason: string): void => {
      stoppedBecause ??= reason;
      killGroup(child);
    };
    const timer = setTimeout(
      () => stop(`took longer than ${request.timeoutMs / 1000} s`),
      request.timeoutMs,
    );
    const onAbort = (): void => stop('was interrupted');
    request.signal?.addEventListener('abort', onAbort, { once: true });
    if (request.signal?.aborted) {
      onAbort();
    }
    if (request.nice !== undefined && child.pid !== undefined) {
      lowerPriority(child.pid, request.nice);
    }
    createInterface({ input: child.stdout }).on('line', (line) => {
      stdout = keep(stdout, line);
      request.onLine?.(line);
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      stderr = keep(stderr, line);
      request.onLine?.(line);
    });
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
      act();
    };
    child.on('error', (cause) =>
      settle(() => {
        const message = `${describe(request)} could not be started: ${cause.message}`;
        reject(new ProcessFailed(message, { stderr, cause }));
      }),
    );
    child.on('close', (code, signal) =>
      settle(() => {
        if (stoppedBecause !== undefined || code === null) {
          const why = stoppedBecause ?? `was ended by ${signal}`;
          const message = `${describe(request)} ${why}:\n${lastLines(stderr)}`;
          reject(new ProcessFailed(message, { stderr }));
          return;
        }
        resolve({ exitCode: code, stdout, stderr });
      }),
    );
  });
}

function describe(request: ProcessRequest): string {
  return [request.command, ...request.args].join(' ').slice(0, 200);
}

function keep(text: string, line: string): string {
  const longer = `${text}${line}\n`;
  return longer.length > KEPT_OUTPUT ? longer.slice(-KEPT_OUTPUT) : longer;
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-15).join('\n');
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

function lowerPriority(pid: number, nice: number): void {
  try {
    setPriority(pid, nice);
  } catch {
    // The child may have ended already, and the priority is optional.
  }
}
