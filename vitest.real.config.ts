import { defineConfig } from 'vitest/config';

/** The suite that runs real Trivy, Copa, BuildKit and runc: Linux, root and Go are needed. */
export default defineConfig({
  test: {
    include: ['test/real/**/*.real.test.ts'],
    pool: 'forks',
    // Most of a patch keeps one processor busy.
    maxWorkers: 2,
    testTimeout: 900_000,
    hookTimeout: 3_600_000,
  },
});
