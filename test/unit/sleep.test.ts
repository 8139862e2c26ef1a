import { expect, it } from 'vitest';
import { systemSleep } from '../../lib/sleep.ts';

it('ends at once without an error when the signal is aborted', async () => {
  const stop = new AbortController();
  const slept = systemSleep(3_600_000, stop.signal);

  stop.abort();

  expect(await slept).toBeUndefined();
  expect(await systemSleep(3_600_000, AbortSignal.abort())).toBeUndefined();
});

it('ends after the given time, with or without a signal', async () => {
  expect(await systemSleep(0)).toBeUndefined();
  expect(await systemSleep(0, new AbortController().signal)).toBeUndefined();
});
