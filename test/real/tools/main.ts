import { buildDatabaseWriter } from '../advisories/database-writer.ts';
import { buildCageSpec } from '../cage/cage-spec.ts';
import { prepareTools } from '../prepare.ts';
import { stderrProgress } from '../progress.ts';
import { findRealTools } from './find-real-tools.ts';

/** `npm run tools`: installs and builds the real tools, or lists the missing prerequisites. */
async function main(): Promise<void> {
  const progress = stderrProgress();
  const there = await findRealTools();
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  process.once('SIGTERM', () => stopped.abort());
  const tools = await prepareTools(progress, stopped.signal).catch((error: unknown) => {
    throw stopped.signal.aborted
      ? new Error('Interrupted. The tools that are already built are kept.')
      : error;
  });
  await buildDatabaseWriter(progress);
  await buildCageSpec(progress);
  const programs = Object.values(tools.programs).map((path) => `\n  ${path}`);
  console.log(`${there.ok ? 'already built' : 'built'}:${programs.join('')}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
