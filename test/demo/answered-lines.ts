import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DemoReport } from './demo-report.ts';
import type { DemoOutcome } from './outcome.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
const LIMIT_MS = 60_000;

interface Asked extends Pick<DemoReport, 'run'> {
  readonly outcomes: readonly Pick<DemoOutcome, 'image' | 'state' | 'reason'>[];
}

/** Three questions about the run that was just shown, as arguments of `patchwright`. */
export function questionsOf({ run, outcomes }: Asked): readonly (readonly string[])[] {
  const patched = outcomes.find(({ state }) => state === 'patched');
  const other = outcomes.find(({ state, reason }) => state !== 'patched' && reason !== 'not-found');
  const image = patched?.image ?? other?.image;
  const explained = other?.image ?? image;
  return [
    ['runs', 'show', run.id],
    ...(explained === undefined ? [] : [['why', explained]]),
    ...(image === undefined ? [] : [['report', image]]),
  ];
}

/** Runs each command, and prints those that answered. Throws if one did not. */
export async function answeredLines(
  report: Asked,
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const lines = ['  # answers from the command line (each was just run)'];
  for (const args of questionsOf(report)) {
    await promisify(execFile)(process.execPath, [PROGRAM, ...args], {
      env: { PATH: process.env.PATH, ...environment },
      timeout: LIMIT_MS,
    });
    lines.push(`  node dist/cli.cjs ${args.join(' ')}`);
  }
  return lines;
}
