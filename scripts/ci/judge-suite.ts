import type { Count, Suite, SuiteOutcome } from './suite.ts';

export interface Verdict extends Count {
  readonly notRun?: string;
}

/**
 * Counts a suite's tests. A suite that exits with 0 and ran no test fails, unless its tool may be missing
 * and it printed the line that says so.
 */
export function judgeSuite(suite: Suite, outcome: SuiteOutcome): Verdict {
  const ok = outcome.status === 0;
  const missing = suite.tool?.missing;
  const notRun = missing && outcome.lines.find((line) => missing.test(line));
  if (suite.counts === 'status') {
    if (ok && notRun !== undefined) return { passed: 0, failed: 0, notRun };
    return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
  }
  const { passed, failed } = outcome.counted ?? { passed: 0, failed: 0 };
  if (ok && passed + failed === 0 && notRun !== undefined) return { passed, failed, notRun };
  return { passed, failed: Math.max(failed, ok && passed > 0 ? 0 : 1) };
}

const SUMMARY = /^(\d+) passed, (\d+) failed/;

/** Reads the last line of the form `N passed, M failed`. */
export function readSummary(lines: readonly string[]): Count | undefined {
  const found = lines.findLast((line) => SUMMARY.test(line));
  const [, passed, failed] = found?.match(SUMMARY) ?? [];
  return passed === undefined ? undefined : { passed: Number(passed), failed: Number(failed) };
}
