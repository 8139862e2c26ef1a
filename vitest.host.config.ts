import { defineConfig } from 'vitest/config';
import { hostSuites } from './test/world/real-host/suites.ts';

/** The suites that start the app, on the real Functions host: started by test/world/real-host/main.ts. */
export default defineConfig({
  test: {
    include: [...hostSuites()],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default'],
  },
});
