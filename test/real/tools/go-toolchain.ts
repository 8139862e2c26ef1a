import { runToExit } from '../process/run-process.ts';
import { compareGoVersions } from './go-module.ts';

export interface GoToolchain {
  /** The release, such as `1.26.8`. */
  readonly version: string;
  /** Go's name of the architecture, such as `amd64`. */
  readonly architecture: string;
}

/** Returns the Go on the PATH, or undefined if there is none. */
export async function findGo(
  env: NodeJS.ProcessEnv = process.env,
): Promise<GoToolchain | undefined> {
  try {
    const { exitCode, stdout } = await runToExit({
      command: 'go',
      args: ['env', 'GOVERSION', 'GOARCH'],
      env: { ...env, GOTOOLCHAIN: 'local' },
      timeoutMs: 60_000,
    });
    const [release = '', architecture = ''] = stdout.trim().split('\n');
    const version = /^go(\d+(?:\.\d+)*)/.exec(release)?.[1];
    return exitCode === 0 && version !== undefined ? { version, architecture } : undefined;
  } catch {
    return undefined;
  }
}

export function isNewEnough(go: GoToolchain, lowest: string): boolean {
  return compareGoVersions(go.version, lowest) >= 0;
}
