import { defineConfig } from 'vitest/config';

/** The dashboard in a real Chromium. `npm test` needs no browser. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 60_000,
    // Installs Chromium if it is missing.
    hookTimeout: 240_000,
  },
});
