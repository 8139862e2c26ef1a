import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { LocalServer } from '../http/local-server.ts';
import { HOST_CONTAINER } from '../storage.ts';
import { trustAuthority } from '../trust.ts';
import { hostBlobService, isDisabled, queueService, resolveSettings } from './app-settings.ts';
import { AppSupervisor } from './app-supervisor.ts';
import {
  type DrivenFunction,
  drivenFunction,
  type QueueFunction,
  type TimerFunction,
} from './bindings.ts';
import { DIFFERENCES } from './differences.ts';
import { FunctionInvoker } from './function-invoker.ts';
import type { FunctionsHost, FunctionsHostOptions } from './functions-host.ts';
import { readHostJson } from './host-json.ts';
import { type HostLog, hostLog } from './host-log.ts';
import { readHostSchedule } from './host-schedule.ts';
import { startHttpListener } from './http-listener.ts';
import { isKept } from './log-levels.ts';
import { QueueListener } from './queue-listener.ts';
import { ScheduleMonitor } from './schedule-monitor.ts';
import { TimerListener, timerRequest } from './timer-listener.ts';

interface Listener {
  stop(): Promise<void>;
  abandon(): void;
}

const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 5_000;

/**
 * Loads the built app in a process of its own, as the Functions host's Node worker does, and drives its
 * functions by their own registrations and host.json. Where it differs from the real host: differences.ts.
 */
export async function startStandInHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { settings } = options;
  const hostJson = await readHostJson(options.folder);
  const onLog = (log: HostLog) => {
    if (isKept(log, hostJson.logging.logLevel)) options.onLog?.(log);
  };
  const authorityFile = settings.NODE_EXTRA_CA_CERTS;
  if (authorityFile !== undefined) {
    // The host's own clients talk to the same servers as the app.
    trustAuthority(readFileSync(authorityFile, 'utf8'));
  }
  const keys = { master: newKey(), function: newKey() };
  const monitor = new ScheduleMonitor(
    hostBlobService(settings).getContainerClient(HOST_CONTAINER),
    options.hostId ?? randomBytes(8).toString('hex'),
  );
  const timerLeaseMs =
    options.timerLeaseSeconds === undefined
      ? hostJson.singleton.listenerLockPeriod
      : options.timerLeaseSeconds * 1000;
  let functions: readonly DrivenFunction[] = [];
  /** Disabled ones too: the admin endpoint takes any name. */
  let registered: ReadonlySet<string> = new Set();
  let timers = new Map<string, TimerListener>();
  let listeners: Listener[] = [];
  let timersFreeAt = 0;
  let end = Promise.withResolvers<string>();

  const app = new AppSupervisor({
    folder: options.folder,
    environment: settings,
    onLog,
    startTimeoutMs: START_TIMEOUT_MS,
    functionTimeout: { ms: hostJson.functionTimeout, text: clockTime(hostJson.functionTimeout) },
    onEnd: (why) => void endBySelf(why),
  });
  const invoker = new FunctionInvoker({
    app,
    settings,
    hostJson,
    onLog,
    onInvocation: options.onInvocation,
  });

  async function endBySelf(why: string): Promise<void> {
    onLog(hostLog('error', why));
    await stopListening();
    end.resolve(why);
  }

  async function stopListening(): Promise<void> {
    const ended = Promise.all(listeners.map((listener) => listener.stop()));
    await Promise.race([ended, delay(STOP_GRACE_MS, undefined, { ref: false })]);
    for (const listener of listeners) listener.abandon();
  }

  async function learn(): Promise<readonly DrivenFunction[]> {
    const all = (await app.functions()).map(drivenFunction);
    registered = new Set(all.map(({ name }) => name.toLowerCase()));
    return all.filter(({ name }) => !isDisabled(name, settings));
  }

  /** A function that can't be listened for is in error; all others run. */
  function listen(): void {
    timers = new Map();
    listeners = [];
    for (const driven of functions) {
      try {
        if (driven.kind === 'timer') listenToTimer(driven);
        else if (driven.kind === 'queue') listeners.push(listenToQueue(driven));
      } catch (error) {
        const why = `Error indexing method 'Functions.${driven.name}'. ${messageOf(error)}`;
        onLog(hostLog('error', `The '${driven.name}' function is in error: ${why}`));
      }
    }
  }

  function listenToQueue(driven: QueueFunction): QueueListener {
    const service = queueService(driven.connection, settings);
    const queueName = resolveSettings(driven.queueName, settings);
    const isPoison = queueName.endsWith('-poison');
    return new QueueListener(driven, {
      queue: service.getQueueClient(queueName),
      poison: isPoison ? undefined : service.getQueueClient(`${queueName}-poison`),
      options: hostJson.extensions.queues,
      pollingMs: options.pollingMs ?? DIFFERENCES.pollingMs,
      leaseSeconds: options.leaseSeconds ?? 600,
      invoke: async (request) => void (await invoker.invoke(driven, request)),
      onLog,
    });
  }

  function listenToTimer(timer: TimerFunction): void {
    const schedule = readHostSchedule(resolveSettings(timer.schedule, settings));
    if (options.timersByHand) return;
    const listener = new TimerListener(timer, {
      schedule,
      monitor,
      freeAt: timersFreeAt,
      invoke: (request) => invoker.invokeTimer(timer, request).all,
      onLog,
    });
    timers.set(timer.name, listener);
    listeners.push(listener);
  }

  async function fire(name: string, input = ''): Promise<void> {
    const driven = functions.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (driven === undefined || driven.kind === 'http') {
      throw new Error(`there is no timer or queue function '${name}'`);
    }
    if (driven.kind === 'timer') {
      const listener = timers.get(driven.name);
      const request = listener?.manualRequest() ?? timerRequest(driven, undefined, false);
      const tries = invoker.invokeTimer(driven, request);
      tries.all.catch(() => undefined);
      await tries.first;
      return;
    }
    const data = { string: input };
    const triggerMetadata = { QueueTrigger: data, DequeueCount: { json: '1' } };
    await invoker.invoke(driven, { inputData: [{ name: driven.input, data }], triggerMetadata });
  }

  try {
    functions = await learn();
    listen();
  } catch (error) {
    for (const listener of listeners) listener.abandon();
    await app.kill();
    throw error;
  }
  const server: LocalServer = await startHttpListener({
    routePrefix: hostJson.extensions.http.routePrefix,
    port: options.port ?? 0,
    keys,
    principal: options.principal,
    functions: () => functions.filter((one) => one.kind === 'http'),
    invoke: (driven, request) => invoker.invoke(driven, request),
    trigger(name, input) {
      fire(name, input).catch(() => undefined);
      return registered.has(name.toLowerCase());
    },
  });

  return {
    url: server.url,
    routePrefix: hostJson.extensions.http.routePrefix,
    keys,
    get functions() {
      return functions;
    },
    get ended() {
      return end.promise;
    },
    fire,
    async kill() {
      for (const listener of listeners) listener.abandon();
      timersFreeAt = Date.now() + timerLeaseMs;
      await app.kill();
    },
    async restart() {
      end = Promise.withResolvers();
      await app.restart();
      functions = await learn();
      listen();
    },
    async close() {
      if (app.running) {
        await stopListening();
        await app.stop();
      }
      await server.close();
    },
  };
}

/** `hh:mm:ss`, as .NET writes a time span below a day. */
function clockTime(ms: number): string {
  return new Date(Number.isFinite(ms) ? ms : 0).toISOString().slice(11, 19);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
}
