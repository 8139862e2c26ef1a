import { runIdOf } from '../records/run-id.ts';
import { startRun } from '../run/start-run.ts';
import { type Services, secondsAfter } from '../services.ts';
import { each } from './each.ts';
import { sendOverdueReap } from './runs-queue.ts';

/** Each instance of the app looks this often at most, and only while something calls it. */
const EVERY_SECONDS = 60;
/** The host fires a timer late after a start or a crash: an occurrence is missed after this time. */
const GRACE_SECONDS = 300;
/** A timer may fire some milliseconds early. */
const EARLY_SECONDS = 1;
/** An older occurrence is not caught up: nothing called the app for a week. */
const OLDEST_SECONDS = 7 * 24 * 3600;

/** The last occurrence that is not after this time. */
export type LastOccurrence = (notAfter: Date) => Date | undefined;

export interface WatchedTimers {
  readonly reaper: LastOccurrence;
  /** Undefined if a setting disables the timer that starts runs. */
  readonly runs: { readonly schedule: string; readonly last: LastOccurrence } | undefined;
}

/**
 * The last occurrence for which the reaper should have started at least `lateSeconds` ago, and did not.
 * Undefined if it missed none.
 */
export function missedReaping(
  last: LastOccurrence,
  state: {
    /** Or since when the first start is expected. */
    readonly startedAt: Date;
    readonly now: Date;
    readonly lateSeconds: number;
  },
): Date | undefined {
  const { startedAt, now, lateSeconds } = state;
  const due = last(secondsAfter(now, -lateSeconds));
  return due === undefined || secondsAfter(startedAt, EARLY_SECONDS) >= due ? undefined : due;
}

/**
 * Starts the work of a timer that does not fire: all timers of a Flex Consumption app can stop for good,
 * while its queues and HTTP continue (Azure/azure-functions-host#11828). An occurrence has one run, so a
 * timer that lives and a look at the same time start one.
 */
export class TimerWatch {
  readonly #timers: WatchedTimers;
  #lookedAt: Date | undefined;
  #reaperStartedAt: Date | undefined;

  constructor(timers: WatchedTimers) {
    this.#timers = timers;
  }

  /** When the reaper last started, as of the last look. Undefined if that is unknown. */
  get reaperStartedAt(): Date | undefined {
    return this.#reaperStartedAt;
  }

  /**
   * Only reads and enqueues, and never fails, because its caller has work of its own. What fails is
   * logged, and tried next time.
   */
  async look(services: Services): Promise<void> {
    const now = services.clock.now();
    if (this.#lookedAt !== undefined && now < secondsAfter(this.#lookedAt, EVERY_SECONDS)) return;
    this.#lookedAt = now;
    try {
      await each(
        [() => this.#seeToReaper(services, now), () => this.#seeToRuns(services, now)],
        (see) => see(),
      );
    } catch (error) {
      services.log.error('could not check overdue timers', { detail: String(error) });
    }
  }

  async #seeToReaper(services: Services, now: Date): Promise<void> {
    const { timers } = services;
    this.#reaperStartedAt = await timers.reaperStartedAt();
    // A new app was not there for the occurrences before its first look.
    const startedAt = this.#reaperStartedAt ?? (await timers.reaperAwaitedSince(now));
    const late = { startedAt, now, lateSeconds: GRACE_SECONDS };
    const due = missedReaping(this.#timers.reaper, late);
    if (due === undefined) return;
    await sendOverdueReap(services, due);
  }

  async #seeToRuns(services: Services, now: Date): Promise<void> {
    const { runs } = this.#timers;
    if (runs === undefined) return;
    const since = await services.timers.scheduleSince(runs.schedule, now);
    const due = runs.last(secondsAfter(now, -GRACE_SECONDS));
    if (due === undefined || due <= since || due < secondsAfter(now, -OLDEST_SECONDS)) return;
    if ((await services.runs.find(runIdOf(due, 'schedule'))) !== undefined) return;
    services.log.warn('timer missed', { timer: 'scheduledRun', due: due.toISOString() });
    await startRun(services, { trigger: 'schedule', due });
  }
}
