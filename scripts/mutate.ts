import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { judgeMutants, MutationReport, Survivor } from './mutate/judge-mutants.ts';

/** `npm run mutate [-- --mutate FILES]`: mutation testing of the pure core by StrykerJS. */
const root = join(import.meta.dirname, '..');
const { status } = spawnSync('stryker', ['run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) {
  process.exitCode = 1;
} else {
  const report = MutationReport.parse(readJson('coverage/mutants.json'));
  const survivors = z.array(Survivor).parse(readJson('stryker-survivors.json'));
  const { scores, faults } = judgeMutants(
    report,
    survivors.filter(({ file }) => Object.hasOwn(report.files, file)),
  );
  for (const line of scores) console.log(line);
  for (const line of faults) console.error(line);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
