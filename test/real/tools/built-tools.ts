import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import { planBuild, recipeKey, type ToolBuild } from './build-plan.ts';
import type { GoToolchain } from './go-toolchain.ts';
import { type ToolName, toolCatalog } from './tool-catalog.ts';

export interface BuiltTools {
  /** Absolute path of each program, whose file has the tool's name. */
  readonly programs: Readonly<Record<ToolName, string>>;
  /** The version that each program reports, without a leading `v`. */
  readonly versions: Readonly<Record<ToolName, string>>;
}

/** The plan of a tool's build and the folder for the program. */
export interface PlannedTool {
  readonly plan: ToolBuild;
  readonly recipe: string;
}

export function planTools(): Promise<readonly PlannedTool[]> {
  return Promise.all(
    toolCatalog.map(async (tool) => {
      const plan = await planBuild(tool);
      return { plan, recipe: await recipeKey(plan) };
    }),
  );
}

/** The folder of a tool for this Go release. It exists only after the program was checked. */
export function toolFolder(
  { plan, recipe }: PlannedTool,
  go: GoToolchain,
  env: NodeJS.ProcessEnv,
): string {
  return join(toolsFolder(env), `${plan.tool.name}-${recipe}-go${go.version}-${go.architecture}`);
}

/** Returns the built tools of this Go release, or of any release if it is unknown. */
export async function findBuiltTools(
  go: GoToolchain | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<BuiltTools | undefined> {
  const folders = await readdir(toolsFolder(env)).catch(() => []);
  const found: (readonly [PlannedTool, string])[] = [];
  for (const planned of await planTools()) {
    const { name } = planned.plan.tool;
    const start = `${name}-${planned.recipe}-go`;
    const complete = folders.filter(
      (folder) => folder.startsWith(start) && !/\.(building|lock)$/.test(folder),
    );
    const wanted =
      go === undefined
        ? complete.sort().at(-1)
        : complete.find(
            (folder) => join(toolsFolder(env), folder) === toolFolder(planned, go, env),
          );
    if (wanted === undefined) return undefined;
    found.push([planned, join(toolsFolder(env), wanted, name)]);
  }
  return describeTools(found);
}

/** Returns all tools of the catalog with the paths of their programs. */
export function describeTools(found: readonly (readonly [PlannedTool, string])[]): BuiltTools {
  const pick = (name: ToolName): readonly [PlannedTool, string] => {
    const one = found.find(([{ plan }]) => plan.tool.name === name);
    if (one === undefined) throw new Error(`the catalog does not have ${name}`);
    return one;
  };
  const program = (name: ToolName): string => pick(name)[1];
  const version = (name: ToolName): string => pick(name)[0].plan.version.replace(/^v/, '');
  const each = <T>(value: (name: ToolName) => T): Readonly<Record<ToolName, T>> => ({
    bbolt: value('bbolt'),
    copa: value('copa'),
    buildkitd: value('buildkitd'),
    'patchwright-builder': value('patchwright-builder'),
    trivy: value('trivy'),
  });
  return { programs: each(program), versions: each(version) };
}

function toolsFolder(env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'tools');
}
