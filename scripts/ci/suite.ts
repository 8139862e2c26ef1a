/** One step of `npm run ci`. */
export interface Suite {
  /** The npm script that runs it. */
  readonly name: string;
  /**
   * How its tests are counted. `vitest`: by Vitest's JSON reporter, whose options the script passes
   * on. `summary`: by the last line that says `N passed, M failed`. `status`: the suite is one check.
   */
  readonly counts: 'vitest' | 'summary' | 'status';
  /** Minutes on 2 cores: without and with the caches of an earlier run. */
  readonly budget: { readonly cold: number; readonly warm: number };
  readonly tool?: SuiteTool;
  /** Suites that must pass first. If one failed, this suite counts as failed and does not run. */
  readonly needs?: readonly string[];
}

/** A tool that a machine may lack. Without it the suite counts nothing, and says so. */
export interface SuiteTool {
  /** The setting in the environment that names the tool's program. */
  readonly variable: string;
  /** Where the program is if the setting is absent: a path relative to the checkout. */
  readonly fallback: string;
  /** The line that the suite prints, before it exits with 0, if it finds no tool. */
  readonly missing: RegExp;
}

/** What remains of a suite's process: exit status, counts and output. */
export interface SuiteOutcome {
  /** Undefined if a signal ended the process. */
  readonly status: number | undefined;
  readonly lines: readonly string[];
  /** Undefined if the suite wrote no counts. */
  readonly counted: Count | undefined;
  /** A line for each failure, if the suite wrote them. */
  readonly failures?: readonly string[] | undefined;
}

export interface Count {
  readonly passed: number;
  readonly failed: number;
}

export interface SuiteResult extends Count {
  readonly name: string;
  readonly seconds: number;
  /** Why the suite did not run. */
  readonly notRun?: string;
  /** A line for each failed test: file, title and first line of its error. */
  readonly failures?: readonly string[];
}
