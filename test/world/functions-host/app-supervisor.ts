import { AppProcess, type AppProcessOptions, InvocationFailed } from './app-process.ts';
import { hostLog } from './host-log.ts';
import type { InvocationRequest, InvocationResponse, RegisteredFunction } from './messages.ts';

export type AppSupervisorOptions = Omit<AppProcessOptions, 'onCrash'> & {
  /** Milliseconds that an invocation may take; Infinity for no limit. */
  readonly functionTimeoutMs: number;
};

/**
 * Keeps the app's process there as the host does: one that ends by itself, or holds a function past its
 * time, is replaced, and what ran in it has failed.
 */
export class AppSupervisor {
  readonly #options: AppSupervisorOptions;
  #app: Promise<AppProcess>;
  /** Counts the processes, so that one is replaced once. */
  #generation = 0;
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
    const generation = this.#generation;
    const app = await this.#app;
    const { functionTimeoutMs } = this.#options;
    if (!Number.isFinite(functionTimeoutMs)) {
      return app.invoke(functionName, request, id);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const text = `Timeout value of ${functionTimeoutMs} ms was exceeded by function: Functions.${functionName}`;
        this.#replace(generation, text, () => app.kill());
        reject(new InvocationFailed(text));
      }, functionTimeoutMs);
    });
    try {
      return await Promise.race([app.invoke(functionName, request, id), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** SIGKILL, as when the machine goes. */
  async kill(): Promise<void> {
    this.#state = 'down';
    await (await this.#app).kill();
  }

  async restart(): Promise<void> {
    this.#state = 'running';
    this.#app = this.#start();
    await this.#app;
  }

  async stop(): Promise<void> {
    this.#state = 'down';
    await (await this.#app).stop();
  }

  #start(): Promise<AppProcess> {
    this.#generation += 1;
    const generation = this.#generation;
    const started = AppProcess.start({
      ...this.#options,
      onCrash: (exit) => this.#replace(generation, `the app's process ended (${exit})`),
    });
    // Whoever waits for it gets the error; nobody may be waiting yet.
    started.catch(() => undefined);
    return started;
  }

  /** From here on invocations wait for the new process; what the old one did is lost. */
  #replace(generation: number, why: string, end: () => Promise<void> = async () => {}): void {
    if (this.#state !== 'running' || generation !== this.#generation) {
      return;
    }
    this.#options.onLog(hostLog('error', `${why}; the app is started again`));
    const ended = end();
    const next = this.#start();
    this.#app = ended.then(() => next);
    this.#app.catch(() => undefined);
  }
}
