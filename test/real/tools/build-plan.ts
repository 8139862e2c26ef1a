import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinnedVersion } from './go-module.ts';
import type { Tool } from './tool-catalog.ts';

/** Flags for a reproducible, small program: no local paths, no symbol tables, only pinned modules. */
const buildFlags = ['-trimpath', '-buildvcs=false'] as const;

/** The plan of one tool's build, made before anything runs. */
export interface ToolBuild {
  readonly tool: Tool;
  /** The version that the tool reports, for example `0.74.0` or `v0.34.2`. */
  readonly version: string;
  /** Arguments of `go`, without `-o`. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export async function planBuild(tool: Tool): Promise<ToolBuild> {
  const pinned = await pinnedVersion(tool.moduleFolder, tool.module);
  const version = tool.versionStyle === 'with-v' ? pinned : pinned.replace(/^v/, '');
  const settings = tool.versionVariables.map((variable) => `-X ${variable}=${version}`);
  const modules = tool.patch === undefined ? '-mod=readonly' : '-mod=vendor';
  return {
    tool,
    version,
    arguments: [
      'build',
      modules,
      ...buildFlags,
      '-ldflags',
      ['-s -w', ...settings].join(' '),
      tool.package,
    ],
    environment: {
      CGO_ENABLED: '0',
      GOFLAGS: '',
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
      ...tool.environment,
    },
  };
}

/**
 * A key of everything that determines the program except the Go release and the architecture: the
 * pinned modules, the module's own source, the flags and the settings.
 */
export async function recipeKey({ tool, ...plan }: ToolBuild): Promise<string> {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([tool.name, plan.arguments, plan.environment, tool.patch]));
  for (const file of await moduleFiles(tool.moduleFolder)) {
    const content = await readFile(join(tool.moduleFolder, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

/** Returns a module's source files in a fixed order, without tests and documentation. */
export async function moduleFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
    .filter((file) => !file.startsWith('vendor/') && !/_test\.go$|\.md$/.test(file))
    .sort();
}
