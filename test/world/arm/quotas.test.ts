import { describe, expect, it } from 'vitest';
import { ArmError } from './arm-error.ts';
import { createThrottle } from './quotas.ts';

const MINUTE_MS = 60_000;

describe('createThrottle', () => {
  it('refuses requests above either limit and says when the next one fits', () => {
    let now = 0;
    const throttle = createThrottle('things', { perHour: 3, perFiveMinutes: 2 }, () => now);
    const take = () => waitOf(() => throttle.take());

    const first = take();
    now = 4 * MINUTE_MS;
    const second = take();
    const third = take();
    now = 5 * MINUTE_MS;
    const fourth = take();
    now = 10 * MINUTE_MS;
    const fifth = take();
    now = 60 * MINUTE_MS;
    const sixth = take();

    expect([first, second, third, fourth, fifth, sixth]).toEqual([
      undefined,
      undefined,
      60,
      undefined,
      3000,
      undefined,
    ]);
  });
});

/** Seconds to wait; undefined if the request was accepted. */
function waitOf(request: () => void): number | undefined {
  try {
    request();
    return undefined;
  } catch (error) {
    return error instanceof ArmError ? error.retryAfterSeconds : Number.NaN;
  }
}
