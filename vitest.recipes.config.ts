import { defineConfig } from 'vitest/config';

/** The recipes of docs/deployers.md, with the libraries of the tools that they are for. */
export default defineConfig({
  test: {
    include: ['test/recipes/**/*.recipes.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
  },
});
