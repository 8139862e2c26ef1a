import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { LocalServer } from '../http/local-server.ts';
import { trustAuthority } from '../trust.ts';
import { queueService, resolveSettings } from './app-settings.ts';
import { AppSupervisor } from './app-supervisor.ts';
import {
  type DrivenFunction,
  drivenFunction,
  type QueueFunction,
  type TimerFunction,
} from './bindings.ts';
import type { FunctionsHost, FunctionsHostOptions } from './functions-host.ts';
import { readHostJson } from './host-json.ts';
import { hostLog } from './host-log.ts';
import { startHttpListener } from './http-listener.ts';
import type { InvocationRequest, InvocationResponse } from './messages.ts';
import { parseNcrontab } from './ncrontab.ts';
import { QueueListener } from './queue-listener.ts';
import { sendOutputs } from './queue-output.ts';
import { type ScheduleMonitor, TimerListener } from './timer-listener.ts';

interface Listener {
  stop(): Promise<void>;
  abandon(): void;
}

const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 5_000;

/**
 * Loads the built app in a process of its own, as the Functions host's Node worker does, and drives its
 * functions by their own registrations and host.json.
 */
export async function startStandInHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const onLog = options.onLog ?? (() => undefined);
  const { settings } = options;
  const hostJson = await readHostJson(options.folder);
  const authorityFile = settings.NODE_EXTRA_CA_CERTS;
  if (authorityFile !== undefined) {
    // The host's own clients talk to the same servers as the app.
    trustAuthority(readFileSync(authorityFile, 'utf8'));
  }
  const keys = { master: newKey(), function: newKey() };
  const monitor: ScheduleMonitor = new Map();
  const app = new AppSupervisor({
    folder: options.folder,
    environment: settings,
    onLog,
    startTimeoutMs: START_TIMEOUT_MS,
    functionTimeoutMs: hostJson.functionTimeout,
  });
  let functions: readonly DrivenFunction[] = [];
  let timers = new Map<string, TimerListener>();
  let listeners: Listener[] = [];

  async function learn(): Promise<readonly DrivenFunction[]> {
    return (await app.functions())
      .map(drivenFunction)
      .filter((one) => settings[`AzureWebJobs.${one.name}.Disabled`]?.toLowerCase() !== 'true');
  }

  async function invoke(
    driven: DrivenFunction,
    request: InvocationRequest,
  ): Promise<InvocationResponse> {
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
      options.onInvocation?.({ ...about, durationMs, error });
    }
  }

  async function invokeTimer(timer: TimerFunction, request: InvocationRequest): Promise<void> {
    const maxRetryCount = timer.retry?.maxRetryCount ?? 0;
    for (let retryCount = 0; ; retryCount += 1) {
      try {
        const context = retryCount > 0 ? { retryContext: { retryCount, maxRetryCount } } : {};
        await invoke(timer, { ...request, ...context });
        return;
      } catch (error) {
        if (!app.running || (maxRetryCount !== -1 && retryCount >= maxRetryCount)) {
          throw error;
        }
        await delay(timer.retry?.delayInterval ?? 0);
      }
    }
  }

  function listen(): void {
    timers = new Map();
    listeners = [];
    for (const driven of functions) {
      if (driven.kind === 'timer' && !options.timersByHand) {
        listeners.push(listenToTimer(driven));
      } else if (driven.kind === 'queue') {
        listeners.push(listenToQueue(driven));
      }
    }
  }

  function listenToQueue(driven: QueueFunction): QueueListener {
    const service = queueService(driven.connection, settings);
    const queueName = resolveSettings(driven.queueName, settings);
    return new QueueListener(driven, {
      queue: service.getQueueClient(queueName),
      poison: queueName.endsWith('-poison')
        ? undefined
        : service.getQueueClient(`${queueName}-poison`),
      options: hostJson.extensions.queues,
      pollingMs: options.pollingMs ?? 150,
      leaseSeconds: options.leaseSeconds ?? 600,
      invoke: async (request) => void (await invoke(driven, request)),
      onLog,
    });
  }

  function listenToTimer(timer: TimerFunction): TimerListener {
    const listener = new TimerListener(timer, {
      schedule: parseNcrontab(resolveSettings(timer.schedule, settings)),
      monitor,
      invoke: (request) => invokeTimer(timer, request),
    });
    timers.set(timer.name, listener);
    return listener;
  }

  async function fire(name: string, input = ''): Promise<void> {
    const driven = functions.find((one) => one.name === name);
    if (driven === undefined || driven.kind === 'http') {
      throw new Error(`there is no timer or queue function '${name}'`);
    }
    if (driven.kind === 'timer') {
      await invokeTimer(driven, timers.get(name)?.manualRequest() ?? manualTimer(driven));
      return;
    }
    const data = { string: input };
    const triggerMetadata = { QueueTrigger: data, DequeueCount: { json: '1' } };
    await invoke(driven, { inputData: [{ name: driven.input, data }], triggerMetadata });
  }

  try {
    functions = await learn();
    listen();
  } catch (error) {
    for (const listener of listeners) {
      listener.abandon();
    }
    await app.kill().catch(() => undefined);
    throw error;
  }
  const server: LocalServer = await startHttpListener({
    routePrefix: hostJson.extensions.http.routePrefix,
    port: options.port ?? 0,
    keys,
    functions: () => functions.filter((one) => one.kind === 'http'),
    invoke,
    trigger(name, input) {
      const known = functions.some((one) => one.name === name && one.kind !== 'http');
      if (known) {
        fire(name, input).catch(() => undefined);
      }
      return known;
    },
  });

  return {
    url: server.url,
    routePrefix: hostJson.extensions.http.routePrefix,
    keys,
    get functions() {
      return functions;
    },
    fire,
    async kill() {
      for (const listener of listeners) {
        listener.abandon();
      }
      await app.kill();
    },
    async restart() {
      await app.restart();
      functions = await learn();
      listen();
    },
    async close() {
      if (app.running) {
        const ended = Promise.all(listeners.map((listener) => listener.stop()));
        await Promise.race([ended, delay(STOP_GRACE_MS, undefined, { ref: false })]);
        for (const listener of listeners) {
          listener.abandon();
        }
        await app.stop();
      }
      await server.close();
    },
  };
}

/** What a timer that is not scheduled here is given when it is fired by hand. */
function manualTimer(timer: TimerFunction): InvocationRequest {
  const info = { Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false };
  return { inputData: [{ name: timer.input, data: { json: JSON.stringify(info) } }] };
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
}
