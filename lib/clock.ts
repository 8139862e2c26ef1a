/** Port: the time. No other code reads the clock, so tests and simulations control it. */
export interface Clock {
  now(): Date;
}

/** The machine's time. */
export const systemClock: Clock = { now: () => new Date() };
