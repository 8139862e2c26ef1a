import { type Sleep, systemSleep } from '../sleep.ts';

/** Port: waiting, and the randomness of back-off. Passed in so that tests control both. */
export interface Delays {
  readonly wait: Sleep;
  /** A number from 0 up to, but not including, 1. */
  random(): number;
}

export const systemDelays: Delays = { wait: systemSleep, random: () => Math.random() };
