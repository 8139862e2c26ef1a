import type { Suite, SuiteResult } from './suite.ts';

/**
 * Returns a line for each failed test, a line for each suite (tests, seconds, budget in minutes, cold
 * and warm), and their sum. Who sees only the end of a long log learns here what failed.
 */
export function resultLines(
  suites: readonly Suite[],
  results: readonly SuiteResult[],
): readonly string[] {
  const rows = results.map((result) => {
    const { passed, failed, seconds, notRun } = result;
    const budget = suites.find(({ name }) => name === result.name)?.budget;
    const over = budget !== undefined && seconds > Math.max(budget.cold, 1) * 60;
    const note = [over ? 'over its budget' : [], notRun ?? []].flat();
    return [
      result.name,
      `${passed} of ${passed + failed}`,
      `${seconds} s`,
      budget === undefined ? '' : `of ${budget.cold} (${budget.warm}) min`,
      note.join('; '),
    ];
  });
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  return [
    ...results.flatMap(({ name, failures = [] }) =>
      failures.map((line) => `failed: ${name}: ${line}`),
    ),
    ...rows.map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    `${passed} passed, ${failed} failed`,
  ];
}
