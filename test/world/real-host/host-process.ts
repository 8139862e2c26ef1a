import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { InvocationEnd } from '../functions-host/functions-host.ts';
import type { HostLog } from '../functions-host/host-log.ts';
import { readHostLine } from './read-host-line.ts';

export interface HostProcessOptions {
  /** Called with the app's folder and a port. */
  readonly program: string;
  readonly folder: string;
  readonly port: number;
  /** The app's settings, and what the host itself reads. */
  readonly environment: Readonly<Record<string, string>>;
  readonly masterKey: string;
  readonly onLog: (log: HostLog) => void;
  readonly onInvocation: (end: InvocationEnd) => void;
}

/** A start takes 5 s on a machine at rest. */
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
const ASK_EVERY_MS = 100;
const Status = z.object({ state: z.string(), errors: z.array(z.string()).default([]) });

/** The process of the real host, with its Node worker below it. */
export class HostProcess {
  readonly #child: ChildProcess;
  /** The process's own end, with the last errors of its log. */
  readonly ended: Promise<string>;
  readonly #errors: string[] = [];

  private constructor(options: HostProcessOptions) {
    this.#child = spawn(options.program, [options.folder, String(options.port)], {
      cwd: options.folder,
      // A group of its own, so that the worker ends with it.
      detached: true,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
        HOME: process.env.HOME,
        ...options.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const errors = this.#errors;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (text) => {
        const line = readHostLine(text);
        if (line === undefined) {
          if (stream === this.#child.stderr) errors.push(text);
          return;
        }
        if (line.log.level === 'error' || line.log.level === 'critical') {
          errors.push(line.log.message);
        }
        options.onLog(line.log);
        if (line.end !== undefined) options.onInvocation(line.end);
      });
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('close', (code, signal) => {
        const how = signal ?? `exit code ${code}`;
        resolve(`the host ended (${how})\n${this.errors}`);
      });
    });
    // Its group is its own: nothing else ends it together with this process.
    const endWithUs = () => this.#signal('SIGKILL');
    const endings = ['exit', 'SIGTERM', 'SIGINT'] as const;
    for (const ending of endings) process.once(ending, endWithUs);
    this.ended.then(() => {
      for (const ending of endings) process.off(ending, endWithUs);
    });
  }

  /** Settles when the host runs its functions; rejects with its log's errors if it ends before. */
  static async start(options: HostProcessOptions): Promise<HostProcess> {
    const host = new HostProcess(options);
    const failed = host.ended.then((why) => {
      throw new Error(`the host did not start: ${why}`);
    });
    try {
      await Promise.race([failed, running(options)]);
      return host;
    } catch (error) {
      await host.kill();
      throw error;
    }
  }

  /** The last errors of its log, a line each. */
  get errors(): string {
    return this.#errors.slice(-20).join('\n');
  }

  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.ended;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), STOP_LIMIT_MS);
    await this.ended;
    clearTimeout(timer);
    this.#signal('SIGKILL');
  }

  /** To the whole group. */
  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // There is nobody left in it.
    }
  }
}

async function running({ port, masterKey }: HostProcessOptions): Promise<void> {
  for (let waited = 0; waited < START_LIMIT_MS; waited += ASK_EVERY_MS) {
    const answer = await fetch(`http://127.0.0.1:${port}/admin/host/status`, {
      headers: { 'x-functions-key': masterKey },
    }).catch(() => undefined);
    const status = Status.safeParse(await answer?.json().catch(() => undefined)).data;
    if (status?.state === 'Running') return;
    if (status?.state === 'Error')
      throw new Error(`the host's start failed: ${status.errors.join('; ')}`);
    await delay(ASK_EVERY_MS);
  }
  throw new Error(`the host did not run its functions within ${START_LIMIT_MS / 1000} s`);
}
