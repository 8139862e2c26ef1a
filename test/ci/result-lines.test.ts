import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { resultLines } from '../../scripts/ci/result-lines.ts';
import type { Suite } from '../../scripts/ci/suite.ts';
import { SUITES } from '../../scripts/ci/suites.ts';

const SUITE: Suite = { name: 'test', counts: 'vitest', budget: { cold: 6, warm: 5 } };

test('shows the tests, seconds and budget of each suite, and the sums', () => {
  const results = [
    { name: 'test', seconds: 361, passed: 10, failed: 2 },
    { name: 'test:host', seconds: 4, passed: 0, failed: 0, notRun: 'there is no host' },
  ];
  const host: Suite = { name: 'test:host', counts: 'vitest', budget: { cold: 3, warm: 3 } };
  expect(resultLines([SUITE, host], results)).toEqual([
    'test       10 of 12  361 s  of 6 (5) min  over its budget',
    'test:host  0 of 0    4 s    of 3 (3) min  there is no host',
    '10 passed, 2 failed',
  ]);
});

test('names each failed test before the counts', () => {
  const failures = ['test/a.test.ts: adds: expected 1 to be 2'];
  const lines = resultLines(
    [SUITE],
    [{ name: 'test', seconds: 1, passed: 1, failed: 1, failures }],
  );
  expect(lines[0]).toBe('failed: test: test/a.test.ts: adds: expected 1 to be 2');
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
});

test('every suite is an npm script and needs only suites before it', () => {
  const names = SUITES.map(({ name }) => name);
  expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(names));
  for (const [at, { needs = [] }] of SUITES.entries()) {
    expect(names.slice(0, at)).toEqual(expect.arrayContaining([...needs]));
  }
});
