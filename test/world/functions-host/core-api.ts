import type { HostLog, LogLevel, LogListener } from './host-log.ts';
import type { RegisteredFunction } from './messages.ts';

export type Callback = (...inputs: readonly unknown[]) => unknown;
export type HookCallback = (context: object) => unknown;
export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';

/** What the library gives the worker: how it turns the protocol's data into a handler's arguments. */
export interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: object): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: object; inputs: unknown[] }>;
  invokeFunction(context: object, inputs: unknown[], callback: Callback): Promise<unknown>;
  getResponse(context: object, result: unknown): Promise<object>;
}

interface Registration {
  readonly metadata: RegisteredFunction;
  readonly callback: Callback;
}

/**
 * The module `@azure/functions-core` as the Node worker provides it, and what was registered with it.
 * https://github.com/Azure/azure-functions-nodejs-worker src/setupCoreModule.ts
 */
export class CoreApi {
  readonly #registrations = new Map<string, Registration>();
  readonly #hooks: { name: string; callback: HookCallback }[] = [];
  readonly #onLog: LogListener;
  #model: ProgrammingModel | undefined;
  #started = false;

  constructor(onLog: LogListener) {
    this.#onLog = onLog;
  }

  get functions(): readonly Registration[] {
    return [...this.#registrations.values()];
  }

  get model(): ProgrammingModel {
    if (this.#model === undefined) {
      throw new Error('the app has set no programming model: it registers no function');
    }
    return this.#model;
  }

  get module(): object {
    return {
      version: '3.12.0',
      hostVersion: '4.1040.0',
      setProgrammingModel: (model: ProgrammingModel) => {
        this.#model = model;
      },
      getProgrammingModel: () => this.#model,
      registerFunction: (metadata: RegisteredFunction, callback: Callback) =>
        this.#register(metadata, callback),
      registerHook: (name: string, callback: HookCallback) => this.#hook(name, callback),
      log: (level: LogLevel, category: 'user' | 'system', message: string) =>
        this.log({ level, category, message }),
      Disposable,
    };
  }

  find(name: string): Registration {
    const found = this.#registrations.get(name);
    if (found === undefined) {
      throw new Error(`Function code for '${name}' is not loaded and cannot be invoked.`);
    }
    return found;
  }

  log(log: Omit<HostLog, 'at'>): void {
    this.#onLog({ at: new Date().toISOString(), ...log });
  }

  /** Locks registration and runs the app's start hooks. */
  async finishStartup(functionAppDirectory: string): Promise<void> {
    const capabilities = await this.#model?.getCapabilities?.({});
    if (capabilities?.HttpUri !== undefined) {
      throw new Error('this host does not do HTTP streaming (app.setup({ enableHttpStream }))');
    }
    await this.runHooks('appStart', { hookData: {}, appHookData: {}, functionAppDirectory });
    this.#started = true;
  }

  async runHooks(name: HookName, context: object): Promise<void> {
    for (const hook of this.#hooks.filter((one) => one.name === name)) {
      await hook.callback(context);
    }
  }

  #register(metadata: RegisteredFunction, callback: Callback): Disposable {
    if (this.#started) {
      throw new Error('A function can only be registered during app startup.');
    }
    if (this.#registrations.has(metadata.name)) {
      throw new Error(`A function with id "${metadata.name}" has already been registered.`);
    }
    this.#registrations.set(metadata.name, { metadata, callback });
    return new Disposable(() => {
      this.#registrations.delete(metadata.name);
    });
  }

  #hook(name: string, callback: HookCallback): Disposable {
    const hook = { name, callback };
    this.#hooks.push(hook);
    return new Disposable(() => {
      this.#hooks.splice(this.#hooks.indexOf(hook), 1);
    });
  }
}

/** The worker's own class of that name: disposed of by calling a function, once. */
class Disposable {
  #onDispose: (() => void) | undefined;

  constructor(onDispose: () => void) {
    this.#onDispose = onDispose;
  }

  static from(...all: readonly { dispose(): void }[]): Disposable {
    return new Disposable(() => {
      for (const one of all) {
        one.dispose();
      }
    });
  }

  dispose(): void {
    this.#onDispose?.();
    this.#onDispose = undefined;
  }
}
