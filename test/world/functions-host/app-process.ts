import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hostLog, type LogListener } from './host-log.ts';
import type {
  FromApp,
  InvocationRequest,
  InvocationResponse,
  RegisteredFunction,
  ToApp,
} from './messages.ts';

/** An invocation that failed: the function threw, or its process ended. */
export class InvocationFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvocationFailed';
  }
}

export interface AppProcessOptions {
  /** The folder with package.json and host.json. */
  readonly folder: string;
  /** The app's settings. The process gets nothing of this one's environment but PATH and HOME. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onLog: LogListener;
  /** Called when it ends without having been told to. */
  readonly onCrash: (exit: string) => void;
  /** Milliseconds that the app may take to load; 30 s in Azure. */
  readonly startTimeoutMs: number;
}

interface Waiting {
  readonly resolve: (response: InvocationResponse) => void;
  readonly reject: (error: Error) => void;
}

/** The process in which the app runs, seen from the host. */
export class AppProcess {
  readonly functions: readonly RegisteredFunction[];
  readonly #child: ChildProcess;
  readonly #waiting: Map<string, Waiting>;
  #expectedEnd = false;
  #retired = false;

  private constructor(
    child: ChildProcess,
    functions: readonly RegisteredFunction[],
    waiting: Map<string, Waiting>,
  ) {
    this.#child = child;
    this.functions = functions;
    this.#waiting = waiting;
  }

  /** Starts the process and waits until the app has registered its functions. */
  static async start(options: AppProcessOptions): Promise<AppProcess> {
    const child = fork(join(import.meta.dirname, 'app-main.ts'), [options.folder], {
      cwd: options.folder,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        FUNCTIONS_WORKER_RUNTIME: 'node',
        ...options.environment,
      },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const waiting = new Map<string, Waiting>();
    forwardOutput(child, options.onLog);
    const functions = await loaded(child, options);
    const app = new AppProcess(child, functions, waiting);
    child.on('message', (message: FromApp) => app.#receive(message, options.onLog));
    child.once('exit', (code, signal) => {
      for (const one of app.#retired ? [] : waiting.values()) {
        one.reject(new InvocationFailed('the process of the app ended'));
      }
      waiting.clear();
      if (!app.#expectedEnd) {
        options.onCrash(signal ?? `exit code ${code}`);
      }
    });
    return app;
  }

  invoke(
    functionName: string,
    request: InvocationRequest,
    id: string = randomUUID(),
  ): Promise<InvocationResponse> {
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) {
        reject(new InvocationFailed('the process of the app is not there'));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#send({ kind: 'invoke', id, functionName, request });
    });
  }

  /** SIGKILL: nothing that runs gets to an end. */
  async kill(): Promise<void> {
    this.#expectedEnd = true;
    const ended = endOf(this.#child);
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** As `stop`; what still runs in it is never answered, as with a worker that the host replaced. */
  async retire(): Promise<void> {
    this.#retired = true;
    await this.stop();
  }

  /** Asks it to end and kills it when it does not. */
  async stop(graceMs = 2000): Promise<void> {
    this.#expectedEnd = true;
    const ended = endOf(this.#child);
    if (this.#child.connected) {
      this.#send({ kind: 'stop' });
    }
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(timer);
  }

  #send(message: ToApp): void {
    this.#child.send(message, () => undefined);
  }

  #receive(message: FromApp, onLog: LogListener): void {
    if (message.kind === 'log') {
      onLog(message.log);
      return;
    }
    if (message.kind !== 'done' && message.kind !== 'failed') {
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'done') {
      waiting?.resolve(message.response);
    } else {
      waiting?.reject(new InvocationFailed(message.message));
    }
  }
}

function forwardOutput(child: ChildProcess, onLog: LogListener): void {
  for (const [stream, level] of [
    [child.stdout, 'information'],
    [child.stderr, 'error'],
  ] as const) {
    if (stream !== null) {
      createInterface({ input: stream }).on('line', (message) => {
        onLog({ ...hostLog(level, message), category: 'console' });
      });
    }
  }
}

function loaded(
  child: ChildProcess,
  options: AppProcessOptions,
): Promise<readonly RegisteredFunction[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      finish(() => reject(new Error(`the app did not load in ${options.startTimeoutMs} ms`)));
    }, options.startTimeoutMs);
    const onMessage = (message: FromApp) => {
      if (message.kind === 'ready') {
        finish(() => resolve(message.functions));
      } else if (message.kind === 'load-failed') {
        finish(() => reject(new Error(`the app does not load: ${message.message}`)));
      } else if (message.kind === 'log') {
        options.onLog(message.log);
      }
    };
    const onExit = () => finish(() => reject(new Error('the app ended while it was loaded')));
    function finish(settle: () => void): void {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      settle();
    }
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
    } else {
      child.once('exit', () => resolve());
    }
  });
}
