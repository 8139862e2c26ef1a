import { defineConfig } from 'vitest/config';

/** Generated requests to the HTTP interface. Needs Python 3 with pip; installs Schemathesis once. */
export default defineConfig({
  test: {
    include: ['test/http/**/*.http.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
