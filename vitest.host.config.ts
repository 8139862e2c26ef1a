import { defineConfig } from 'vitest/config';
import { hostSuites } from './test/world/real-host/suites.ts';
import { TESTED_SUITES } from './test/world/real-host/tested-program.ts';

/** The suites that start the app, on the real Functions host: started by test/world/real-host/main.ts. */
export default defineConfig({
  test: {
    include: [...hostSuites(process.env[TESTED_SUITES] === 'long' ? 'long' : 'usual')],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default'],
  },
});
