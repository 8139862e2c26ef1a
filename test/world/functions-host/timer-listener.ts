import type { TimerFunction } from './bindings.ts';
import type { InvocationRequest } from './messages.ts';
import type { Schedule } from './ncrontab.ts';

/** What the host remembers of a timer over restarts: when it ran and when it is due. */
export interface ScheduleStatus {
  readonly last: Date | undefined;
  readonly next: Date;
  readonly lastUpdated: Date;
}

/** Kept outside of the listener, as in Azure in a blob, so that it survives a crash. */
export type ScheduleMonitor = Map<string, ScheduleStatus>;

export interface TimerListenerOptions {
  readonly schedule: Schedule;
  readonly monitor: ScheduleMonitor;
  readonly invoke: (request: InvocationRequest) => Promise<void>;
}

/** setTimeout takes no longer delay than this. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * Drives one function by its schedule, one invocation at a time. During an invocation
 * `scheduleStatus.next` is the occurrence that it is for, as with the host's own timer extension.
 */
export class TimerListener {
  readonly #function: TimerFunction;
  readonly #options: TimerListenerOptions;
  readonly #monitored: boolean;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(timerFunction: TimerFunction, options: TimerListenerOptions) {
    this.#function = timerFunction;
    this.#options = options;
    this.#monitored = timerFunction.useMonitor && options.schedule.monitored;
    this.#start(new Date());
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
    return this.#request(this.#options.monitor.get(this.#function.name), false);
  }

  #start(now: Date): void {
    const { schedule, monitor } = this.#options;
    const known = this.#monitored ? monitor.get(this.#function.name) : undefined;
    if (known === undefined) {
      const next = schedule.next(now);
      monitor.set(this.#function.name, { last: undefined, next, lastUpdated: now });
      if (this.#function.runOnStartup) {
        this.#running = this.#run(false);
        return;
      }
    } else if (known.next <= now) {
      this.#running = this.#run(true);
      return;
    }
    this.#wait();
  }

  #wait(): void {
    if (this.#stopped) {
      return;
    }
    const due = this.#options.monitor.get(this.#function.name)?.next ?? new Date();
    const delay = due.getTime() - Date.now();
    this.#timer = setTimeout(
      () => {
        if (delay > LONGEST_WAIT_MS) {
          this.#wait();
        } else {
          this.#running = this.#run(false);
        }
      },
      Math.min(Math.max(delay, 0), LONGEST_WAIT_MS),
    );
  }

  async #run(isPastDue: boolean): Promise<void> {
    const { schedule, monitor, invoke } = this.#options;
    const before = monitor.get(this.#function.name);
    const started = new Date();
    const status = this.#monitored ? before : undefined;
    // A failure is in the log; a timer just waits for its next occurrence.
    await invoke(this.#request(status, isPastDue)).catch(() => undefined);
    if (this.#stopped) {
      return;
    }
    const last = before !== undefined && before.next > started ? before.next : started;
    monitor.set(this.#function.name, { last, next: schedule.next(last), lastUpdated: last });
    this.#wait();
  }

  #request(status: ScheduleStatus | undefined, isPastDue: boolean): InvocationRequest {
    const info = {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: status
        ? {
            Last: status.last ? dotnetTime(status.last) : '0001-01-01T00:00:00',
            Next: dotnetTime(status.next),
            LastUpdated: dotnetTime(status.lastUpdated),
          }
        : null,
      IsPastDue: isPastDue,
    };
    return { inputData: [{ name: this.#function.input, data: { json: JSON.stringify(info) } }] };
  }
}

function dotnetTime(date: Date): string {
  return date.toISOString().replace('Z', '+00:00');
}
