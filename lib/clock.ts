/** Port: the time. Nothing else reads it, so that a test or a simulation can say what it is. */
export interface Clock {
  now(): Date;
}

/** The machine's own time. */
export const systemClock: Clock = { now: () => new Date() };
