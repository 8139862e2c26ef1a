import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishedFiles } from '../../../scripts/package/published-files.ts';
import { writeZip } from '../../../scripts/package/write-zip.ts';
import { unzip } from '../../infra/unzip.ts';
import { leftOutSuites } from './suites.ts';
import { TESTED_APP, TESTED_PROGRAM, TESTED_SUITES } from './tested-program.ts';

/*
 * `npm run test:host [-- --long]`: the suites that start the app, on the Functions host that
 * PATCHWRIGHT_FUNCTIONS_HOST names; with `--long` those that wait for its fixed times. What runs there is the
 * package that is published, unpacked. Other options are Vitest's.
 */
const ROOT = join(import.meta.dirname, '../../..');
const SETTING = 'PATCHWRIGHT_FUNCTIONS_HOST';

process.exitCode = await main(process.env[SETTING], process.argv.slice(2));

async function main(program: string | undefined, more: readonly string[]): Promise<number> {
  if (program === undefined || program === '') {
    console.log(`there is no Functions host: ${SETTING} names no program (CONTRIBUTING.md)`);
    return 0;
  }
  try {
    accessSync(program, constants.X_OK);
  } catch {
    console.error(`${SETTING}: ${program} is no program that can be run`);
    return 2;
  }
  const long = more.includes('--long');
  const leftOut = leftOutSuites(long ? 'long' : 'usual');
  for (const [file, why] of Object.entries(leftOut)) console.log(`left out: ${file}: ${why}`);
  const folder = await mkdtemp(join(tmpdir(), 'patchwright-published-'));
  try {
    const app = join(folder, 'app');
    await writeZip(ROOT, publishedFiles(ROOT), join(folder, 'package.zip'));
    await unzip(join(folder, 'package.zip'), app);
    return await runTests(
      more.filter((option) => option !== '--long'),
      {
        [TESTED_PROGRAM]: program,
        [TESTED_APP]: app,
        [TESTED_SUITES]: long ? 'long' : 'usual',
      },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runTests(
  more: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const config = join(ROOT, 'vitest.host.config.ts');
  const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...more], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: 'inherit',
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => child.kill(signal));
  }
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
