import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultLines } from './ci/result-lines.ts';
import { runSuite } from './ci/run-suite.ts';
import type { SuiteResult } from './ci/suite.ts';
import { SUITES } from './ci/suites.ts';

/** `npm run ci`: runs every suite, even after a failure. The last line gives the total of the tests. */
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'patchwright-ci-'));
const results: SuiteResult[] = [];
try {
  for (const suite of SUITES) {
    results.push(await runSuite(suite, { root, folder, before: results }));
  }
} finally {
  rmSync(folder, { recursive: true });
}

const installed = process.env.CI_INSTALL_SECONDS;
console.log(installed === undefined ? '' : `\ninstallation: ${installed} s of 1 min`);
for (const line of resultLines(SUITES, results)) console.log(line);
process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
