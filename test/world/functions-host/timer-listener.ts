import type { TimerFunction } from './bindings.ts';
import { DIFFERENCES } from './differences.ts';
import { hostLog, type LogListener } from './host-log.ts';
import type { HostSchedule } from './host-schedule.ts';
import type { InvocationRequest } from './messages.ts';
import { type ScheduleMonitor, type ScheduleStatus, statusJson } from './schedule-monitor.ts';

export interface TimerListenerOptions {
  readonly schedule: HostSchedule;
  readonly monitor: ScheduleMonitor;
  /** The lease of an instance that crashed ends then: before, nobody fires the timer. */
  readonly freeAt: number;
  readonly invoke: (request: InvocationRequest) => Promise<void>;
  readonly onLog: LogListener;
}

/** setTimeout takes no longer delay than this. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;
const ASK_AGAIN_MS = 500;

/**
 * Drives one function by its schedule, one invocation at a time. During an invocation
 * `scheduleStatus.next` is the occurrence that it is for, as with the host's own timer extension.
 */
export class TimerListener {
  readonly #function: TimerFunction;
  readonly #options: TimerListenerOptions;
  readonly #monitored: boolean;
  #status: ScheduleStatus | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(timerFunction: TimerFunction, options: TimerListenerOptions) {
    this.#function = timerFunction;
    this.#options = options;
    this.#monitored = timerFunction.useMonitor && options.schedule.monitored;
    this.#later(options.freeAt, () => this.#start());
  }

  /** Starts no more invocations and waits for the one that runs. */
  async stop(): Promise<void> {
    this.abandon();
    await this.#running;
  }

  abandon(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** What a manual invocation is given: nobody's occurrence, so `next` lies in the future. */
  manualRequest(): InvocationRequest {
    return timerRequest(this.#function, this.#monitored ? this.#status : undefined, false);
  }

  async #start(): Promise<void> {
    const { schedule } = this.#options;
    const now = new Date();
    const known = this.#monitored ? await this.#read() : undefined;
    if (this.#stopped) return;
    // A status whose next occurrence the schedule does not give is that of another schedule.
    const since = known?.last ?? known?.lastUpdated;
    const mine = since !== undefined && known?.next.getTime() === schedule.next(since).getTime();
    if (known === undefined || !mine) {
      await this.#keep({ last: undefined, next: schedule.next(now), lastUpdated: now });
      if (this.#function.runOnStartup) await this.#run(false);
    } else {
      this.#status = known;
      if (known.next <= now) await this.#run(true);
    }
    this.#wait();
  }

  #wait(): void {
    const due = this.#status?.next.getTime() ?? Date.now();
    this.#later(due - DIFFERENCES.earlyMs, async () => {
      await this.#run(false);
      this.#wait();
    });
  }

  #later(at: number, act: () => Promise<void>): void {
    if (this.#stopped) return;
    const delay = Math.max(at - Date.now(), 0);
    this.#timer = setTimeout(
      () => {
        if (delay > LONGEST_WAIT_MS) this.#later(at, act);
        else this.#running = act();
      },
      Math.min(delay, LONGEST_WAIT_MS),
    );
  }

  async #run(isPastDue: boolean): Promise<void> {
    if (this.#stopped) return;
    const { schedule, invoke } = this.#options;
    const before = this.#status;
    const started = new Date();
    const status = this.#monitored ? before : undefined;
    // A failure is in the log; a timer just waits for its next occurrence.
    await invoke(timerRequest(this.#function, status, isPastDue)).catch(() => undefined);
    if (this.#stopped) return;
    // A timer that fired early is done with the occurrence that it fired for.
    const last = before !== undefined && before.next > started ? before.next : started;
    await this.#keep({ last, next: schedule.next(last), lastUpdated: last });
  }

  async #keep(status: ScheduleStatus): Promise<void> {
    this.#status = status;
    if (this.#monitored)
      await this.#insist(() => this.#options.monitor.write(this.#function.name, status));
  }

  #read(): Promise<ScheduleStatus | undefined> {
    return this.#insist(() => this.#options.monitor.read(this.#function.name));
  }

  /** Storage may not answer for a while. */
  async #insist<Result>(attempt: () => Promise<Result>): Promise<Result | undefined> {
    while (!this.#stopped) {
      try {
        return await attempt();
      } catch (error) {
        const text = `the status of a timer can't be kept: ${error instanceof Error ? error.message : error}`;
        this.#options.onLog(hostLog('warning', text, { functionName: this.#function.name }));
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    }
    return undefined;
  }
}

/** Without a status if the host keeps none of the timer. */
export function timerRequest(
  timer: TimerFunction,
  status: ScheduleStatus | undefined,
  isPastDue: boolean,
): InvocationRequest {
  const info = {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: status === undefined ? null : statusJson(status),
    IsPastDue: isPastDue,
  };
  return { inputData: [{ name: timer.input, data: { json: JSON.stringify(info) } }] };
}
