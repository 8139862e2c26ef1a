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
    const app = await this.#app;
    const { functionTimeoutMs } = this.#options;
    if (!Number.isFinite(functionTimeoutMs)) {
      return app.invoke(functionName, request, id);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const text = `Timeout value of ${functionTimeoutMs} ms was exceeded by function: Functions.${functionName}`;
        reject(new InvocationFailed(text));
        void app.kill().then(() => this.#replace(app, text));
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
    const started: Promise<AppProcess> = AppProcess.start({
      ...this.#options,
      onCrash: (exit) => {
        void started.then((app) => this.#replace(app, `the app's process ended (${exit})`));
      },
    });
    // Whoever waits for it gets the error; nobody may be waiting yet.
    started.catch(() => undefined);
    return started;
  }

  async #replace(ended: AppProcess, why: string): Promise<void> {
    if (this.#state !== 'running' || (await this.#app) !== ended) {
      return;
    }
    this.#options.onLog(hostLog('error', `${why}; the app is started again`));
    this.#app = this.#start();
  }
}
