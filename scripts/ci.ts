import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * Runs every suite, whatever the ones before it showed, and closes with one line over all of them.
 * A check without tests of its own (types, lint) counts as one.
 */
const SUITES = [
  { name: 'test', tests: true },
  { name: 'typecheck', tests: false },
  { name: 'lint', tests: false },
  { name: 'test:real', tests: true },
] as const;

const Summary = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });

interface Count {
  readonly passed: number;
  readonly failed: number;
}

function runSuite(suite: (typeof SUITES)[number], folder: string): Count {
  const summary = join(folder, `${suite.name.replace(':', '-')}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${summary}`];
  const more = suite.tests ? ['--', ...reporters] : [];
  console.log(`\n== npm run ${suite.name}`);
  const { status } = spawnSync('npm', ['run', suite.name, ...more], { stdio: 'inherit' });
  const ok = status === 0;
  if (!suite.tests) return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
  const counted = readSummary(summary);
  // A suite that ran nothing, or failed without a failing test, must not pass as green.
  const failed = Math.max(counted.failed, ok && counted.passed > 0 ? 0 : 1);
  return { passed: counted.passed, failed };
}

function readSummary(path: string): Count {
  try {
    const { numPassedTests, numFailedTests } = Summary.parse(
      JSON.parse(readFileSync(path, 'utf8')),
    );
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

const folder = mkdtempSync(join(tmpdir(), 'patchwright-ci-'));
const counts = SUITES.map((suite) => ({ ...suite, ...runSuite(suite, folder) }));
rmSync(folder, { recursive: true });
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
console.log();
for (const count of counts)
  console.log(`${count.name}: ${count.passed} of ${count.passed + count.failed}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
