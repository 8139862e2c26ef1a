import { expect, test } from 'vitest';
import { judgeSuite, readSummary } from '../../scripts/ci/judge-suite.ts';
import type { Suite, SuiteOutcome } from '../../scripts/ci/suite.ts';

const budget = { cold: 1, warm: 1 };
const TESTS: Suite = { name: 'test', counts: 'vitest', budget };
const CHECK: Suite = { name: 'lint', counts: 'status', budget };
const tool = { variable: 'TOOL', fallback: '../tool', missing: /^there is no tool: / };
const LINE = 'there is no tool: TOOL names no program';

function outcome(changes: Partial<SuiteOutcome>): SuiteOutcome {
  return { status: 0, lines: [], counted: undefined, ...changes };
}

test.each([
  ['counts its tests', TESTS, outcome({ counted: { passed: 3, failed: 0 } }), [3, 0]],
  ['counts failed tests', TESTS, outcome({ status: 1, counted: { passed: 3, failed: 2 } }), [3, 2]],
  ['fails if it exits with 0 but wrote no counts', TESTS, outcome({}), [0, 1]],
  ['fails if no test ran', TESTS, outcome({ counted: { passed: 0, failed: 0 } }), [0, 1]],
  [
    'fails if it exits with 1 although no test failed',
    TESTS,
    outcome({ status: 1, counted: { passed: 3, failed: 0 } }),
    [3, 1],
  ],
  [
    'fails if a signal ended it',
    TESTS,
    outcome({ status: undefined, counted: { passed: 3, failed: 0 } }),
    [3, 1],
  ],
  ['counts as one passed check', CHECK, outcome({}), [1, 0]],
  ['counts as one failed check', CHECK, outcome({ status: 1 }), [0, 1]],
  ['fails without its tool if the tool is required', TESTS, outcome({ lines: [LINE] }), [0, 1]],
  [
    'fails if it reports a missing tool and exits with 1',
    { ...TESTS, tool },
    outcome({ status: 1, lines: [LINE] }),
    [0, 1],
  ],
  [
    'fails if its tool is optional but it did not report it as missing',
    { ...TESTS, tool },
    outcome({ lines: ['no tests'] }),
    [0, 1],
  ],
])('a suite %s', (_, suite, from, [passed, failed]) => {
  expect(judgeSuite(suite, from)).toEqual({ passed, failed });
});

test.each([TESTS, CHECK])(
  'the suite $name counts nothing if it reports that its tool is missing',
  (suite) => {
    expect(judgeSuite({ ...suite, tool }, outcome({ lines: ['', LINE] }))).toEqual({
      passed: 0,
      failed: 0,
      notRun: LINE,
    });
  },
);

test('reads the last summary line', () => {
  const lines = ['1 passed, 0 failed', 'more', '12 passed, 3 failed (of 15)', 'end'];
  expect(readSummary(lines)).toEqual({ passed: 12, failed: 3 });
  expect(readSummary(['nothing'])).toBeUndefined();
});
