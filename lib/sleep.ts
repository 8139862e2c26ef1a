import { setTimeout } from 'node:timers/promises';

/** Port: ends after so many milliseconds, or at once when `signal` is aborted; it never fails. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

export const systemSleep: Sleep = (milliseconds, signal) =>
  setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(
    () => undefined,
  );
