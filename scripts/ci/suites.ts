import type { Suite } from './suite.ts';

/**
 * Every suite, the quick ones first. The whole of `.ci/run` has 90 minutes, installation included; a suite
 * that needs more than its budget takes it from another. What takes longer is in `npm run test:long`.
 */
export const SUITES: readonly Suite[] = [
  { name: 'typecheck', counts: 'status', budget: { cold: 1, warm: 1 } },
  { name: 'lint', counts: 'status', budget: { cold: 1, warm: 1 } },
  { name: 'test', counts: 'vitest', budget: { cold: 6, warm: 6 } },
  {
    name: 'test:host',
    counts: 'vitest',
    budget: { cold: 4, warm: 4 },
    tool: {
      variable: 'PATCHWRIGHT_FUNCTIONS_HOST',
      fallback: '../shared/tools/functions-host/run',
      missing: /^there is no Functions host/,
    },
  },
  { name: 'test:simulation', counts: 'vitest', budget: { cold: 4, warm: 4 } },
  { name: 'test:http', counts: 'vitest', budget: { cold: 3, warm: 2 } },
  { name: 'test:recipes', counts: 'vitest', budget: { cold: 2, warm: 1 } },
  { name: 'test:go', counts: 'summary', budget: { cold: 4, warm: 1 } },
  {
    name: 'test:bicep',
    counts: 'vitest',
    budget: { cold: 2, warm: 2 },
    tool: {
      variable: 'PATCHWRIGHT_BICEP',
      fallback: '../shared/tools/bicep',
      missing: /^not run: .*Bicep/i,
    },
  },
  { name: 'test:az', counts: 'vitest', budget: { cold: 5, warm: 4 } },
  { name: 'test:browser', counts: 'vitest', budget: { cold: 4, warm: 3 } },
  { name: 'tools', counts: 'status', budget: { cold: 30, warm: 0 } },
  { name: 'real:images', counts: 'status', budget: { cold: 6, warm: 1 }, needs: ['tools'] },
  {
    name: 'test:real',
    counts: 'vitest',
    budget: { cold: 15, warm: 15 },
    needs: ['tools', 'real:images'],
  },
];
