import { defineConfig } from 'vitest/config';

/** The tests that must kill the mutants of `npm run mutate`: those of the mutated files alone. */
export default defineConfig({
  test: {
    include: [
      'test/unit/image/patch-tags.test.ts',
      'test/unit/image/structure/*.test.ts',
      'test/unit/pipeline/publish/choose-patch-tag.test.ts',
      'test/unit/pipeline/results/assess.test.ts',
      'test/unit/pipeline/run/plan-tick.test.ts',
      'test/unit/policy/*.test.ts',
      'test/unit/report/*.test.ts',
    ],
    testTimeout: 30_000,
  },
});
