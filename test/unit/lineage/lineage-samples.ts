import type { Sleep } from '../../../lib/sleep.ts';

/** Time that is never over. */
export const untilAborted: Sleep = (_, signal) =>
  new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
