import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.ts';
import type { Sleep } from '../../lib/sleep.ts';
import { ManualClock } from './manual-clock.ts';

/** Rounds of pending promises that run before time may advance. */
const ROUNDS = 5;

/**
 * A clock and sleeps that take no real time: the clock jumps to the next end of a sleep when all else
 * is idle.
 */
export class VirtualTime {
  readonly #clock = new ManualClock();
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  readonly clock: Clock = this.#clock;

  readonly sleep: Sleep = (milliseconds, signal) =>
    new Promise((resolve) => {
      const at = this.#clock.now().getTime() + milliseconds;
      const sleeper = { at, wake: resolve };
      const end = () => {
        this.#sleepers.delete(sleeper);
        resolve();
      };
      if (signal?.aborted === true) return resolve();
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', end, { once: true });
    });

  /** Runs until this settles. Returns the virtual seconds that it took. */
  async run(work: Promise<unknown>): Promise<number> {
    const startedAt = this.#clock.now().getTime();
    const over = new AbortController();
    work.then(
      () => over.abort(),
      () => over.abort(),
    );
    for (;;) {
      for (let round = 0; round < ROUNDS; round += 1) await setImmediate();
      if (over.signal.aborted) break;
      const [next] = [...this.#sleepers].sort((one, other) => one.at - other.at);
      if (next === undefined) throw new Error('nothing is left that could end it');
      this.#sleepers.delete(next);
      this.#clock.set(new Date(next.at));
      next.wake();
    }
    await work;
    return (this.#clock.now().getTime() - startedAt) / 1000;
  }
}
