import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { judgeSuite, readSummary } from './judge-suite.ts';
import type { Suite, SuiteOutcome, SuiteResult } from './suite.ts';
import { readVitestReport } from './vitest-report.ts';

export interface RunSuiteOptions {
  /** Path of the checkout. */
  readonly root: string;
  /** Folder in which the suite writes its counts. */
  readonly folder: string;
  /** Results of the suites that ran before. */
  readonly before: readonly SuiteResult[];
}

/** Runs one suite, shows what it prints, and counts its tests. */
export async function runSuite(suite: Suite, options: RunSuiteOptions): Promise<SuiteResult> {
  const { name } = suite;
  const broken = options.before.find(
    (result) => result.failed > 0 && suite.needs?.includes(result.name),
  );
  if (broken !== undefined) {
    return { name, seconds: 0, passed: 0, failed: 1, notRun: `${broken.name} failed` };
  }
  console.log(`\n== npm run ${name}`);
  const started = performance.now();
  const outcome = await npmRun(suite, options);
  const seconds = Math.round((performance.now() - started) / 1000);
  return { name, seconds, ...judgeSuite(suite, outcome), failures: outcome.failures ?? [] };
}

async function npmRun(suite: Suite, options: RunSuiteOptions): Promise<SuiteOutcome> {
  const counts = join(options.folder, `${suite.name.replaceAll(':', '-')}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${counts}`];
  const child = spawn(
    'npm',
    ['run', '--silent', suite.name, ...(suite.counts === 'vitest' ? ['--', ...reporters] : [])],
    {
      cwd: options.root,
      env: { ...process.env, ...toolSetting(suite, options.root) },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? undefined));
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    lines.push(stripVTControlCharacters(line));
  }
  const status = await ended;
  if (suite.counts !== 'vitest') return { status, lines, counted: readSummary(lines) };
  const counted = readVitestReport(counts, options.root);
  return { status, lines, counted, failures: counted?.failures };
}

function toolSetting(suite: Suite, root: string): Readonly<Record<string, string>> {
  const { tool } = suite;
  if (tool === undefined || process.env[tool.variable] !== undefined) return {};
  const program = resolve(root, tool.fallback);
  return existsSync(program) ? { [tool.variable]: program } : {};
}
