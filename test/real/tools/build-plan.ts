import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinnedVersion } from './go-module.ts';
import type { Tool } from './tool-catalog.ts';

/** Reproducible and small: no local paths, no symbol tables, nothing that go.sum does not pin. */
const buildFlags = ['-mod=readonly', '-trimpath', '-buildvcs=false'] as const;

/** How one tool is built, settled before anything runs. */
export interface ToolBuild {
  readonly tool: Tool;
  /** As the tool reports it, for example `0.74.0` or `v0.28.1`. */
  readonly version: string;
  /** Arguments of `go`, without `-o`. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export async function planBuild(tool: Tool): Promise<ToolBuild> {
  const pinned = await pinnedVersion(tool.moduleFolder, tool.module);
  const version = tool.versionStyle === 'with-v' ? pinned : pinned.replace(/^v/, '');
  const settings = tool.versionVariables.map((variable) => `-X ${variable}=${version}`);
  return {
    tool,
    version,
    arguments: ['build', ...buildFlags, '-ldflags', ['-s -w', ...settings].join(' '), tool.package],
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
 * One name for everything that decides what the binaries are, but for the Go release and the
 * architecture: the pinned modules, the flags and the settings.
 */
export async function recipeKey(plans: readonly ToolBuild[]): Promise<string> {
  const hash = createHash('sha256');
  for (const plan of plans) {
    hash.update(JSON.stringify([plan.tool.name, plan.arguments, plan.environment]));
    for (const file of ['go.mod', 'go.sum']) {
      const content = await readFile(join(plan.tool.moduleFolder, file));
      hash.update(`${file} ${content.length}\n`).update(content);
    }
  }
  return hash.digest('hex').slice(0, 16);
}
