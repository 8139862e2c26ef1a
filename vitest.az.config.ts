import { defineConfig } from 'vitest/config';

/** The commands of docs/history.md, run with the real Azure CLI. One file, since one Azurite serves all. */
export default defineConfig({
  test: {
    include: ['test/az/**/*.az.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    maxConcurrency: 2,
    taskTitleValueFormatTruncate: 0,
    testTimeout: 120_000,
    // Installs the Azure CLI if the cache lacks it.
    hookTimeout: 600_000,
  },
});
