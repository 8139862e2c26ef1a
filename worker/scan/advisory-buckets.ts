import { join } from 'node:path';
import { plainLines } from '../../lib/text/plain-lines.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { runTool, succeeded, type ToolRun } from '../tools/run-tool.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';

const LIMIT_SECONDS = 60;
const LONGEST_NAME = 128;
const MAX_NAMES = 2000;

/** The database's metadata buckets. Source: trivy-db `pkg/db/*.go`. */
const NOT_PLATFORMS = ['data-source', 'vulnerability', 'advisory-detail', 'trivy'];

export type AdvisoryBuckets =
  | { readonly ok: true; readonly platforms: readonly string[] }
  | { readonly ok: false; readonly run: ToolRun };

/** Reads the platforms with advisories from the database itself. */
export async function readAdvisoryBuckets(
  context: WorkerContext,
  options: { readonly cacheFolder: string; readonly environment: ToolEnvironment },
): Promise<AdvisoryBuckets> {
  const run = await runTool(
    context,
    {
      name: 'bbolt',
      args: ['buckets', join(options.cacheFolder, 'db', 'trivy.db')],
      environment: options.environment.variables,
    },
    LIMIT_SECONDS,
  );
  return succeeded(run) ? { ok: true, platforms: platformsOf(run.stdout) } : { ok: false, run };
}

/** Also excludes the buckets of programming languages (`pip::…`). */
function platformsOf(stdout: string): string[] {
  const names = plainLines(stdout).filter(
    (name) => name.length <= LONGEST_NAME && !name.includes('::') && !NOT_PLATFORMS.includes(name),
  );
  return [...new Set(names)].slice(0, MAX_NAMES);
}
