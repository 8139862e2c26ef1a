import { defineConfig } from 'vitest/config';

/** Simulations that are too long for `npm test`: many seeds, a crash at each write, a large run. */
export default defineConfig({
  test: {
    include: ['test/simulation/**/*.simulation.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 300_000,
  },
});
