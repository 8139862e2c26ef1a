import { setTimeout } from 'node:timers/promises';

/** Port: resolves after the given time, or as soon as `signal` is aborted. Never rejects. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

export const systemSleep: Sleep = (milliseconds, signal) =>
  setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(
    () => undefined,
  );
