import { expect, it } from 'vitest';
import { simulateCrashes } from './simulate-crashes.ts';

it('has the same outcomes with a crash before or after each of its writes', {
  timeout: 300_000,
}, async () => {
  const pass = await simulateCrashes({ pairs: false });

  expect(pass.failures).toEqual([]);
  expect(pass.writes).toBeGreaterThan(100);
  expect(pass.worlds).toBe(2 * pass.writes + 1);
});
