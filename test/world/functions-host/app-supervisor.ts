import { setTimeout as delay } from 'node:timers/promises';
import { AppProcess, type AppProcessOptions, InvocationFailed } from './app-process.ts';
import { DIFFERENCES } from './differences.ts';
import { hostLog } from './host-log.ts';
import type { InvocationRequest, InvocationResponse, RegisteredFunction } from './messages.ts';

export type AppSupervisorOptions = Omit<AppProcessOptions, 'onCrash'> & {
  /** As host.json has it, and in milliseconds; Infinity for no limit. */
  readonly functionTimeout: { readonly text: string; readonly ms: number };
  /** Called when the host gives up: its process ends. */
  readonly onEnd: (why: string) => void;
};

/** A function past its time limit. */
export class InvocationTimedOut extends InvocationFailed {
  /** Settles when the host has replaced the worker: only then is a message let go. */
  readonly released: Promise<void>;

  constructor(message: string, released: Promise<void>) {
    super(message);
    this.released = released;
  }
}

/** The host recycles itself at the third worker that ends by itself. */
const MOST_EXITS = 3;

/**
 * Keeps the app's process there as the host does. One that ends by itself fails all that ran in it; the third
 * ends the host. One that holds a function past its limit is replaced, and its neighbors hang until their own
 * limit, since nobody answers for them.
 */
export class AppSupervisor {
  readonly #options: AppSupervisorOptions;
  #app: Promise<AppProcess>;
  /** Counts the processes, so that one is replaced once. */
  #generation = 0;
  #exits = 0;
  #state: 'running' | 'down' = 'running';

  constructor(options: AppSupervisorOptions) {
    this.#options = options;
    this.#app = this.#start();
  }

  async functions(): Promise<readonly RegisteredFunction[]> {
    return (await this.#app).functions;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  async invoke(
    functionName: string,
    request: InvocationRequest,
    id: string,
  ): Promise<InvocationResponse> {
    const over = new AbortController();
    try {
      return await Promise.race([
        this.#sent(functionName, request, id, over.signal),
        this.#late(functionName, over.signal),
      ]);
    } finally {
      over.abort();
    }
  }

  /** SIGKILL, as when the machine goes. */
  async kill(): Promise<void> {
    this.#state = 'down';
    const app = await this.#app.catch(() => undefined);
    await app?.kill();
  }

  async restart(): Promise<void> {
    this.#state = 'running';
    this.#exits = 0;
    this.#app = this.#start();
    await this.#app;
  }

  async stop(): Promise<void> {
    this.#state = 'down';
    const app = await this.#app.catch(() => undefined);
    await app?.stop();
  }

  /** An invocation waits for its worker, and its limit goes on meanwhile. */
  async #sent(
    functionName: string,
    request: InvocationRequest,
    id: string,
    over: AbortSignal,
  ): Promise<InvocationResponse> {
    const app = await this.#app;
    if (over.aborted) return new Promise(() => undefined);
    return app.invoke(functionName, request, id);
  }

  async #late(functionName: string, over: AbortSignal): Promise<never> {
    const { ms, text } = this.#options.functionTimeout;
    if (!Number.isFinite(ms)) return new Promise(() => undefined);
    const generation = this.#generation;
    const late = await delay(ms, true, { signal: over }).catch(() => false);
    if (!late) return new Promise(() => undefined);
    const why = `Timeout value of ${text} was exceeded by function: Functions.${functionName}`;
    throw new InvocationTimedOut(why, this.#retire(generation, why));
  }

  /** Ends a worker that holds a function past its limit; a new one starts at once. */
  async #retire(generation: number, why: string): Promise<void> {
    await delay(DIFFERENCES.graceMs, undefined, { ref: false });
    if (this.#state !== 'running' || generation !== this.#generation) return;
    this.#options.onLog(hostLog('warning', `${why}; the worker is started again`));
    const old = this.#app;
    this.#app = this.#start();
    await old.then((app) => app.retire()).catch(() => undefined);
    await delay(DIFFERENCES.replacementMs, undefined, { ref: false });
  }

  #start(): Promise<AppProcess> {
    this.#generation += 1;
    const generation = this.#generation;
    const started = AppProcess.start({
      ...this.#options,
      onCrash: (exit) => this.#ended(generation, `the worker ended (${exit})`),
    });
    // Whoever waits for it gets the error; nobody may be waiting yet.
    started.catch(() => undefined);
    return started;
  }

  /** From here on invocations wait for the new process; what the old one did has failed. */
  #ended(generation: number, why: string): void {
    if (this.#state !== 'running' || generation !== this.#generation) return;
    this.#exits += 1;
    this.#options.onLog(hostLog('error', `Language Worker Process exited: ${why}`));
    if (this.#exits >= MOST_EXITS) {
      this.#state = 'down';
      this.#app = Promise.reject(new InvocationFailed('the host has ended'));
      this.#app.catch(() => undefined);
      this.#options.onEnd(
        'Exceeded language worker restart retry count for runtime:node. Shutting down and proactively recycling the Functions Host to recover',
      );
      return;
    }
    const wait = this.#exits === MOST_EXITS - 1 ? DIFFERENCES.thirdStartMs : 0;
    const next = delay(wait).then(() => {
      if (this.#state !== 'running') throw new InvocationFailed('the host has ended');
      return this.#start();
    });
    next.catch(() => {
      // A worker that does not start counts as one that ended.
      this.#ended(this.#generation, 'the worker did not start');
    });
    this.#app = next;
  }
}
