import { defineConfig } from 'vitest/config';

/** The tests that must kill the mutants of `npm run mutate`: the quick ones, without any process. */
export default defineConfig({
  test: {
    include: ['test/unit/{image,pipeline,policy,report}/**/*.test.ts'],
    testTimeout: 30_000,
  },
});
