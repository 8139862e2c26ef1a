import type { Clock } from '../../lib/clock.ts';

/** A clock that changes only when it is set. */
export class ManualClock implements Clock {
  #now: number;

  constructor(start: Date | string = '2026-11-23T02:00:00Z') {
    this.#now = new Date(start).getTime();
    if (Number.isNaN(this.#now)) throw new RangeError('not a time');
  }

  now(): Date {
    return new Date(this.#now);
  }

  advance(by: { readonly seconds: number }): void {
    this.#now += by.seconds * 1000;
  }

  /** Also sets it back, because clocks may jump. */
  set(time: Date): void {
    this.#now = time.getTime();
  }
}
