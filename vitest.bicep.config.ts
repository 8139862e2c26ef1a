import { defineConfig } from 'vitest/config';

/** The suite that needs a Bicep compiler. One file, since one process of the compiler serves all tests. */
export default defineConfig({
  test: {
    include: ['test/infra/**/*.bicep.test.ts'],
    globalSetup: ['test/infra/bicep/say-compiler.ts'],
    pool: 'forks',
    maxWorkers: 1,
    maxConcurrency: 4,
    // Table titles show whole values.
    taskTitleValueFormatTruncate: 0,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
