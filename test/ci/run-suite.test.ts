import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runSuite } from '../../scripts/ci/run-suite.ts';
import type { Suite } from '../../scripts/ci/suite.ts';

let root: string;
const SUITE: Suite = { name: 'suite', counts: 'summary', budget: { cold: 1, warm: 1 } };
const tool = { variable: 'SUITE_TOOL', fallback: 'tool', missing: /^there is no tool/ };
const PRINT_TOOL = `node -e "console.log(process.env.SUITE_TOOL ?? 'there is no tool')"`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'patchwright-suite-'));
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

function run(script: string, suite: Suite = SUITE) {
  writeFileSync(join(root, 'package.json'), JSON.stringify({ scripts: { suite: script } }));
  return runSuite(suite, { root, folder: root, before: [] });
}

test('reads the counts that the script printed, and shows its output', async () => {
  const result = await run("echo '2 passed, 1 failed' && exit 1");
  expect(result).toMatchObject({ name: 'suite', passed: 2, failed: 1 });
  expect(console.log).toHaveBeenCalledWith('2 passed, 1 failed');
});

test('reads the counts that Vitest wrote', async () => {
  const counts = { numPassedTests: 4, numFailedTests: 0 };
  writeFileSync(join(root, 'suite.json'), JSON.stringify(counts));
  const result = await run('exit 0', { ...SUITE, counts: 'vitest' });
  expect(result).toMatchObject({ passed: 4, failed: 0 });
});

test('reads which tests failed, and which files could not be loaded', async () => {
  const message = '\u001b[31mError: expected 1 to be 2\u001b[39m\n    at x.ts:1:1';
  const failed = { fullName: ' sums adds', status: 'failed', failureMessages: [message] };
  const passed = { fullName: 'sums subtracts', status: 'passed', failureMessages: [] };
  const report = {
    numPassedTests: 1,
    numFailedTests: 1,
    testResults: [
      {
        name: join(root, 'a.test.ts'),
        status: 'failed',
        message: '',
        assertionResults: [failed, passed],
      },
      {
        name: join(root, 'b.test.ts'),
        status: 'failed',
        message: 'no such module',
        assertionResults: [],
      },
      { name: join(root, 'c.test.ts'), status: 'passed', message: '', assertionResults: [passed] },
    ],
  };
  writeFileSync(join(root, 'suite.json'), JSON.stringify(report));
  const result = await run('exit 1', { ...SUITE, counts: 'vitest' });
  expect(result.failures).toEqual([
    'a.test.ts: sums adds: Error: expected 1 to be 2',
    'b.test.ts: no such module',
  ]);
});

test('passes the path of the tool to the script', async () => {
  writeFileSync(join(root, 'tool'), '');
  await run(PRINT_TOOL, { ...SUITE, tool });
  expect(console.log).toHaveBeenCalledWith(join(root, 'tool'));
});

test('counts nothing if the tool is missing', async () => {
  const result = await run(PRINT_TOOL, { ...SUITE, tool });
  expect(result).toMatchObject({ passed: 0, failed: 0, notRun: 'there is no tool' });
});

test('fails without running if a suite that it needs failed', async () => {
  const before = [{ name: 'tools', seconds: 1, passed: 0, failed: 1 }];
  const suite: Suite = { ...SUITE, needs: ['tools'] };
  const result = await runSuite(suite, { root, folder: root, before });
  expect(result).toEqual({
    name: 'suite',
    seconds: 0,
    passed: 0,
    failed: 1,
    notRun: 'tools failed',
  });
});
