import { defineConfig } from 'vitest/config';

/** What takes too long for `.ci/run`, with the real tools: Linux, root and Go are needed. */
export default defineConfig({
  test: {
    include: ['test/real/**/*.large.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 7_200_000,
    hookTimeout: 7_200_000,
  },
});
