import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/real/**/*.real.test.ts',
      'test/real/**/*.large.test.ts',
      'test/infra/**/*.bicep.test.ts',
      'test/simulation/**/*.simulation.test.ts',
      '**/node_modules/**',
    ],
    pool: 'forks',
    maxWorkers: 2,
    // Two processes for all files: a process for each costs more than most of the files. No test may
    // leave a changed global behind.
    isolate: false,
    // Table titles show whole values.
    taskTitleValueFormatTruncate: 0,
    // For a machine that does much else: a test that hangs ends, a slow one passes.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default'],
    // `npm run coverage`. Code that tests run in a process of its own (the built app) is not counted.
    coverage: {
      provider: 'v8',
      include: ['lib/**/*.ts'],
      reporter: ['text'],
    },
  },
});
