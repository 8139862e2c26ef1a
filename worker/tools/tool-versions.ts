import { plainLines } from '../../lib/text/plain-lines.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { runTool } from './run-tool.ts';
import type { ToolEnvironment } from './tool-environment.ts';

const LIMIT_SECONDS = 20;
const LONGEST_VERSION = 64;

/** Returns each tool's version: the first text in its output that looks like one. */
export async function toolVersions(
  context: WorkerContext,
  names: readonly string[],
  environment: ToolEnvironment,
): Promise<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const name of names) {
    const command = { name, args: ['--version'], environment: environment.variables };
    const run = await runTool(context, command, LIMIT_SECONDS);
    versions[name] = versionIn(plainLines(`${run.stdout}\n${run.stderr}`).join('\n'));
  }
  return versions;
}

function versionIn(text: string): string {
  const version = /(?<![\w.])v?(\d{1,9}\.\d{1,9}\.\d{1,9}[\w.+~-]{0,200})/.exec(text)?.[1];
  return version?.slice(0, LONGEST_VERSION) ?? 'unknown';
}
