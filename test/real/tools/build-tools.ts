import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import { runProcess } from '../process/run-process.ts';
import type { Progress, ProgressStep } from '../progress.ts';
import { underLock } from './build-lock.ts';
import { planBuild, recipeKey, type ToolBuild } from './build-plan.ts';
import type { GoToolchain } from './go-toolchain.ts';
import { type ToolName, toolCatalog } from './tool-catalog.ts';

const BUILD_TIMEOUT_MS = 90 * 60_000;
const COURTESY = 10;

export interface BuiltTools {
  /** Absolute path of the folder that holds all programs. */
  readonly binFolder: string;
  /** Absolute path of each program. */
  readonly programs: Readonly<Record<ToolName, string>>;
  /** The version that each program reports, without a leading `v`. */
  readonly versions: Readonly<Record<ToolName, string>>;
}

export interface BuildOptions {
  readonly go: GoToolchain;
  readonly progress: Progress;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/**
 * Builds the tools that are not built yet and returns where they are. The folder gets its name only
 * when all of them are there and report their pinned versions, so a reader never sees half of it.
 * After an interruption the finished programs are kept and the rest is built.
 */
export async function buildTools(options: BuildOptions): Promise<BuiltTools> {
  const env = options.env ?? process.env;
  const plans = await Promise.all(toolCatalog.map(planBuild));
  const recipe = await recipeKey(plans);
  const folder = join(toolsFolder(env), folderName(recipe, options.go));
  if (await isFolder(folder)) {
    return describeTools(folder, plans);
  }
  const building = `${folder}.building`;
  await mkdir(dirname(folder), { recursive: true });
  const lock = {
    path: `${folder}.lock`,
    onWait: (pid: number) =>
      options.progress.note(`The tools are being built by process ${pid}; waiting for it.`),
    ...(options.signal && { signal: options.signal }),
  };
  await underLock(lock, async () => {
    if (await isFolder(folder)) {
      return;
    }
    // Go's own cache grows to 8 GB and is of no use once the programs are there.
    const goCache = join(building, 'go-cache');
    try {
      for (const plan of plans) {
        await buildOne({ ...options, env, plan, binFolder: join(building, 'bin'), goCache });
      }
    } finally {
      await rm(goCache, { recursive: true, force: true });
    }
    await writeFile(join(building, 'recipe.json'), `${JSON.stringify(plans, undefined, 2)}\n`);
    await putInPlace(building, folder);
  });
  return describeTools(folder, plans);
}

/** The tools as they were built before, by this Go release if it is known, by any other if not. */
export async function findBuiltTools(
  go: GoToolchain | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<BuiltTools | undefined> {
  const plans = await Promise.all(toolCatalog.map(planBuild));
  const recipe = await recipeKey(plans);
  const entries = await readdir(toolsFolder(env)).catch(() => []);
  const complete = entries.filter((name) => isBuildOf(name, recipe)).sort();
  const preferred = go === undefined ? complete.at(-1) : folderName(recipe, go);
  if (preferred === undefined || !complete.includes(preferred)) {
    return undefined;
  }
  return describeTools(join(toolsFolder(env), preferred), plans);
}

interface BuildOneOptions {
  readonly plan: ToolBuild;
  readonly binFolder: string;
  readonly goCache: string;
  readonly progress: Progress;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

async function buildOne(options: BuildOneOptions): Promise<void> {
  const { plan, binFolder, goCache } = options;
  const program = join(binFolder, plan.tool.name);
  const step = options.progress.step(`${plan.tool.name} ${plan.version}`);
  if (await reportsItsVersion(program, plan)) {
    step.done('built before');
    return;
  }
  try {
    await mkdir(goCache, { recursive: true });
    await mkdir(binFolder, { recursive: true });
    const unproven = `${program}.new`;
    const [first = 'build', ...rest] = plan.arguments;
    await runProcess({
      command: 'go',
      args: [first, '-v', '-o', unproven, ...rest],
      cwd: plan.tool.moduleFolder,
      env: { ...options.env, ...plan.environment, GOCACHE: goCache, GOTMPDIR: goCache },
      timeoutMs: BUILD_TIMEOUT_MS,
      nice: COURTESY,
      onLine: countPackages(step),
      ...(options.signal && { signal: options.signal }),
    });
    if (!(await reportsItsVersion(unproven, plan))) {
      throw new Error(`${plan.tool.name} was built, but does not report version ${plan.version}`);
    }
    await rename(unproven, program);
  } catch (error) {
    step.failed('not built');
    throw error;
  }
  step.done('built');
}

/** `go build -v` names each package once it is compiled. */
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
    // Another process was first; its folder is as good, being made by the same recipe.
    if (!(await isFolder(folder))) {
      throw error;
    }
    await rm(building, { recursive: true, force: true });
  }
}

function describeTools(folder: string, plans: readonly ToolBuild[]): BuiltTools {
  const binFolder = join(folder, 'bin');
  const version = (name: ToolName): string =>
    plans.find((plan) => plan.tool.name === name)?.version.replace(/^v/, '') ?? '';
  return {
    binFolder,
    programs: {
      bbolt: join(binFolder, 'bbolt'),
      copa: join(binFolder, 'copa'),
      buildkitd: join(binFolder, 'buildkitd'),
      trivy: join(binFolder, 'trivy'),
    },
    versions: {
      bbolt: version('bbolt'),
      copa: version('copa'),
      buildkitd: version('buildkitd'),
      trivy: version('trivy'),
    },
  };
}

function toolsFolder(env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'tools');
}

function folderName(recipe: string, go: GoToolchain): string {
  return `${recipe}-go${go.version}-${go.architecture}`;
}

function isBuildOf(name: string, recipe: string): boolean {
  return name.startsWith(`${recipe}-`) && !name.endsWith('.building') && !name.endsWith('.lock');
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
