import { setTimeout as sleep } from 'node:timers/promises';

/** Port: waiting and the randomness of back-off, passed in so that tests own both. */
export interface Delays {
  wait(milliseconds: number): Promise<void>;
  /** A number from 0 up to, but not including, 1. */
  random(): number;
}

export const systemDelays: Delays = {
  wait: (milliseconds) => sleep(milliseconds),
  random: () => Math.random(),
};
