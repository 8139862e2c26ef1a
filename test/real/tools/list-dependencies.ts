import { runToExit } from '../process/run-process.ts';
import { compareGoVersions, readGoModule } from './go-module.ts';
import { findGo } from './go-toolchain.ts';
import type { Tool } from './tool-catalog.ts';

/** Uses only modules that go.sum pins and that are in the module cache. */
const OFFLINE = { GOFLAGS: '-mod=readonly', GOPROXY: 'off', GOSUMDB: 'off' };
const PINNED = { GOFLAGS: '-mod=readonly' };

export type Listing =
  | { readonly outcome: 'listed'; readonly packages: number }
  /** Unknown, because there is no Go or the module cache is incomplete. */
  | { readonly outcome: 'unknown'; readonly why: string }
  | { readonly outcome: 'refused'; readonly why: string };

/** Resolves each package that a tool is built from, as `go build` does before it compiles anything. */
export async function listDependencies(
  tool: Tool,
  options: { readonly online?: boolean; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Listing> {
  const env = options.env ?? process.env;
  const go = await findGo(env);
  if (go === undefined) return { outcome: 'unknown', why: 'Go is not installed' };
  const { goVersion } = await readGoModule(tool.moduleFolder);
  if (compareGoVersions(go.version, goVersion) < 0) {
    return { outcome: 'unknown', why: `Go is ${go.version}, and ${goVersion} is needed` };
  }
  const { exitCode, stdout, stderr } = await runToExit({
    command: 'go',
    args: ['list', '-deps', tool.package],
    cwd: tool.moduleFolder,
    env: {
      ...env,
      CGO_ENABLED: '0',
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
      ...tool.environment,
      ...(options.online === true ? PINNED : OFFLINE),
    },
    timeoutMs: 600_000,
  });
  if (exitCode === 0) return { outcome: 'listed', packages: stdout.trim().split('\n').length };
  const why = stderr.trim().split('\n').slice(0, 5).join('\n');
  return { outcome: stderr.includes('GOPROXY=off') ? 'unknown' : 'refused', why };
}
