import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProcess } from '../process/run-process.ts';
import type { Progress, ProgressStep } from '../progress.ts';
import { underLock } from './build-lock.ts';
import type { ToolBuild } from './build-plan.ts';
import {
  type BuiltTools,
  describeTools,
  type PlannedTool,
  planTools,
  toolFolder,
} from './built-tools.ts';
import type { GoToolchain } from './go-toolchain.ts';
import { copyVendored } from './vendored-source.ts';

const BUILD_TIMEOUT_MS = 90 * 60_000;
const COURTESY = 10;

export interface BuildOptions {
  readonly go: GoToolchain;
  readonly progress: Progress;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** Builds the missing tools one after the other, and returns the paths of all tools. */
export async function buildTools(options: BuildOptions): Promise<BuiltTools> {
  const env = options.env ?? process.env;
  const built: (readonly [PlannedTool, string])[] = [];
  for (const planned of await planTools()) {
    const folder = toolFolder(planned, options.go, env);
    await buildTool({ ...options, env, plan: planned.plan, folder });
    built.push([planned, join(folder, planned.plan.tool.name)]);
  }
  return describeTools(built);
}

interface BuildToolOptions extends BuildOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly plan: ToolBuild;
  readonly folder: string;
}

/** Renames the folder only after the program reports its pinned version. */
async function buildTool(options: BuildToolOptions): Promise<void> {
  const { folder, plan, progress, signal } = options;
  if (await isFolder(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const lock = {
    path: `${folder}.lock`,
    onWait: (pid: number) =>
      progress.note(`${plan.tool.name} is being built by process ${pid}; waiting for it.`),
    ...(signal && { signal }),
  };
  await underLock(lock, async () => {
    if (await isFolder(folder)) return;
    const building = `${folder}.building`;
    await rm(building, { recursive: true, force: true });
    const step = progress.step(`${plan.tool.name} ${plan.version}`);
    try {
      await compile(options, building, step);
      await putInPlace(building, folder);
    } catch (error) {
      step.failed('not built');
      throw error;
    }
    step.done('built');
  });
}

async function compile(
  { plan, env, signal }: BuildToolOptions,
  building: string,
  step: ProgressStep,
): Promise<void> {
  const { tool } = plan;
  const goCache = join(building, 'go-cache');
  await mkdir(goCache, { recursive: true });
  const common = { nice: COURTESY, ...(signal && { signal }) };
  const goEnv = { ...env, ...plan.environment, GOCACHE: goCache, GOTMPDIR: goCache };
  const { patch } = tool;
  const source = join(building, 'source');
  if (patch !== undefined) {
    step.update('vendoring');
    await copyVendored({ from: tool.moduleFolder, to: source, patch, env: goEnv, ...common });
  }
  const program = join(building, tool.name);
  const [first = 'build', ...rest] = plan.arguments;
  await runProcess({
    command: 'go',
    args: [first, '-v', '-o', program, ...rest],
    cwd: patch === undefined ? tool.moduleFolder : source,
    env: goEnv,
    timeoutMs: BUILD_TIMEOUT_MS,
    onLine: countPackages(step),
    ...common,
  });
  if (!(await reportsItsVersion(program, plan))) {
    throw new Error(`${tool.name} was built, but does not report version ${plan.version}`);
  }
  // Go's own cache grows to 8 GB and is useless after the build.
  await rm(goCache, { recursive: true, force: true });
  await rm(source, { recursive: true, force: true });
  await writeFile(join(building, 'recipe.json'), `${JSON.stringify(plan, undefined, 2)}\n`);
}

/** `go build -v` prints the name of each compiled package. */
function countPackages(step: ProgressStep): (line: string) => void {
  let compiled = 0;
  return (line) => {
    if (line.startsWith('go: downloading ')) {
      step.update(line.slice('go: '.length));
      return;
    }
    compiled += 1;
    step.update(`${compiled} packages compiled`);
  };
}

async function reportsItsVersion(program: string, plan: ToolBuild): Promise<boolean> {
  try {
    const { stdout, stderr } = await runProcess({
      command: program,
      args: plan.tool.versionArguments,
      timeoutMs: 60_000,
    });
    return `${stdout}${stderr}`.includes(plan.version);
  } catch {
    return false;
  }
}

async function putInPlace(building: string, folder: string): Promise<void> {
  try {
    await rename(building, folder);
  } catch (error) {
    // Another process was first. Its folder is equivalent, because the plan is the same.
    if (!(await isFolder(folder))) {
      throw error;
    }
    await rm(building, { recursive: true, force: true });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
