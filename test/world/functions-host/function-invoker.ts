import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AppSettings } from './app-settings.ts';
import type { AppSupervisor } from './app-supervisor.ts';
import type { DrivenFunction, TimerFunction } from './bindings.ts';
import type { FunctionsHostOptions } from './functions-host.ts';
import type { HostJson } from './host-json.ts';
import { hostLog, type LogListener } from './host-log.ts';
import type { InvocationRequest, InvocationResponse } from './messages.ts';
import { sendOutputs } from './queue-output.ts';

export interface FunctionInvokerOptions {
  readonly app: AppSupervisor;
  readonly settings: AppSettings;
  readonly hostJson: HostJson;
  readonly onLog: LogListener;
  readonly onInvocation: FunctionsHostOptions['onInvocation'];
}

/** Invokes functions, tells how each invocation ended, and sends what they return to their outputs. */
export class FunctionInvoker {
  readonly #options: FunctionInvokerOptions;

  constructor(options: FunctionInvokerOptions) {
    this.#options = options;
  }

  async invoke(driven: DrivenFunction, request: InvocationRequest): Promise<InvocationResponse> {
    const { app, settings, hostJson, onLog, onInvocation } = this.#options;
    const invocationId = randomUUID();
    const about = { functionName: driven.name, invocationId };
    const started = performance.now();
    onLog(hostLog('information', `Executing 'Functions.${driven.name}'`, about));
    let error: string | undefined;
    try {
      const answer = await app.invoke(driven.name, request, invocationId);
      await sendOutputs(driven, answer, settings, hostJson.extensions.queues.messageEncoding);
      return answer;
    } catch (failure) {
      error = failure instanceof Error ? failure.message : String(failure);
      throw failure;
    } finally {
      const durationMs = Math.round(performance.now() - started);
      const outcome = error === undefined ? 'Succeeded' : 'Failed';
      const text = `Executed 'Functions.${driven.name}' (${outcome}, Duration=${durationMs}ms)`;
      onLog(hostLog(error === undefined ? 'information' : 'error', text, about));
      onInvocation?.({ ...about, durationMs, error });
    }
  }

  /** The first try, and all tries that the function's retry policy allows. */
  invokeTimer(
    timer: TimerFunction,
    request: InvocationRequest,
  ): { readonly first: Promise<void>; readonly all: Promise<void> } {
    const first = this.#tryTimer(timer, request, 0);
    return { first, all: first.catch((error: unknown) => this.#retry(timer, request, error)) };
  }

  async #retry(timer: TimerFunction, request: InvocationRequest, error: unknown): Promise<void> {
    const { maxRetryCount = 0, delayInterval = 0 } = timer.retry ?? {};
    let failure = error;
    for (let count = 1; maxRetryCount === -1 || count <= maxRetryCount; count += 1) {
      await delay(delayInterval);
      if (!this.#options.app.running) break;
      try {
        await this.#tryTimer(timer, request, count, failure);
        return;
      } catch (next) {
        failure = next;
      }
    }
    throw failure;
  }

  async #tryTimer(
    timer: TimerFunction,
    request: InvocationRequest,
    retryCount: number,
    failure?: unknown,
  ): Promise<void> {
    const message = failure instanceof Error ? failure.message : String(failure);
    const retryContext = {
      retryCount,
      maxRetryCount: timer.retry?.maxRetryCount ?? 0,
      ...(failure !== undefined && { exception: { message } }),
    };
    await this.invoke(timer, { ...request, ...(timer.retry !== undefined && { retryContext }) });
  }
}
