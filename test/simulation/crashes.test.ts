import { expect, it } from 'vitest';
import { simulateCrashes } from './simulate-crashes.ts';

it('ends just as undisturbed with a crash before and after each of its writes', {
  timeout: 120_000,
}, async () => {
  const pass = await simulateCrashes({ pairs: false });

  expect(pass.failures).toEqual([]);
  expect(pass.writes).toBeGreaterThan(100);
  expect(pass.worlds).toBe(2 * pass.writes + 1);
});
