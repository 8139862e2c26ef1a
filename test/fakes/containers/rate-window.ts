const WINDOWS_MS = { perHour: 3_600_000, perFiveMinutes: 300_000 } as const;

export type RateLimits = Readonly<Record<keyof typeof WINDOWS_MS, number>>;

/** Counts requests in sliding windows, like ACI's quotas for creations and deletions. */
export class RateWindow {
  readonly #limits: RateLimits;
  #times: readonly number[] = [];

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  /** Counts a request. Returns the seconds to wait if it exceeds the limit. */
  take(now: number): number | undefined {
    this.#times = this.#times.filter((time) => time > now - WINDOWS_MS.perHour);
    const { perHour, perFiveMinutes } = this.#limits;
    const wait = Math.max(
      this.#wait(perHour, WINDOWS_MS.perHour, now),
      this.#wait(perFiveMinutes, WINDOWS_MS.perFiveMinutes, now),
    );
    if (wait > 0) return Math.ceil(wait / 1000);
    this.#times = [...this.#times, now];
    return undefined;
  }

  /** Milliseconds until the window has room for one more. */
  #wait(limit: number, windowMs: number, now: number): number {
    const inside = this.#times.filter((time) => time > now - windowMs);
    const leaving = inside.at(-limit);
    return inside.length < limit || leaving === undefined ? 0 : leaving + windowMs - now;
  }
}
