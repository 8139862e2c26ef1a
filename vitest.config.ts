import { defineConfig } from 'vitest/config';

/** These start servers and clients of Azure's SDKs, which keep state in their process. */
const WITH_SERVERS = ['test/{cli,contract,world}/**/*.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // Table titles show whole values.
    taskTitleValueFormatTruncate: 0,
    // For a machine that does much else: a test that hangs ends, a slow one passes.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default'],
    projects: [
      { extends: true, test: { name: 'servers', include: WITH_SERVERS } },
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [
            ...WITH_SERVERS,
            'test/real/**/*.{large,real}.test.ts',
            'test/az/**/*.az.test.ts',
            'test/browser/**/*.browser.test.ts',
            'test/infra/**/*.bicep.test.ts',
            'test/simulation/**/*.simulation.test.ts',
            'test/recipes/**/*.recipes.test.ts',
            'test/http/**/*.http.test.ts',
            '**/node_modules/**',
          ],
          // Two processes for all these files: one for each costs more than most of them. No test may
          // leave a changed global behind.
          isolate: false,
        },
      },
    ],
    // `npm run coverage`. Code that tests run in a process of its own (the built app) is not counted.
    coverage: {
      provider: 'v8',
      include: ['lib/**/*.ts', 'worker/**/*.ts'],
      reporter: ['text'],
    },
  },
});
