/** For the tests of the stand-ins: never shipped. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OciLayout, pushLayout } from '../images/oci-layout.ts';
import { type LocalRegistry, startRegistry } from '../world/registry/start-registry.ts';
import { createAuthority } from '../world/tls/certificates.ts';
import type { Program } from './program.ts';
import { registryRepository } from './registry/registry-client.ts';

export const STAND_IN_PATH = fileURLToPath(new URL('bin', import.meta.url));

export interface ToolResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Scopes of the token in Docker's configuration; none for a token without rights. */
  readonly scopes?: readonly string[];
}

/** A registry, and the stand-ins with a token for some of its repositories. */
export interface ToolFixture {
  readonly registry: LocalRegistry;
  readonly folder: string;
  push(repository: string, layout: OciLayout): Promise<void>;
  /** The content of a repository, read with a token for only this repository. */
  read(repository: string): ReturnType<typeof registryRepository>;
  /** Runs a stand-in inside this process, which is quicker. */
  run(program: Program, args: readonly string[], options?: RunOptions): Promise<ToolResult>;
  /** Runs it as the program in `bin/`, like a worker. */
  spawn(tool: string, args: readonly string[], options?: RunOptions): Promise<ToolResult>;
  close(): Promise<void>;
}

export async function startToolFixture(): Promise<ToolFixture> {
  const authority = await createAuthority();
  const registry = await startRegistry({ authority });
  const folder = await mkdtemp(join(tmpdir(), 'patchwright-stand-ins-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, authority.caPem);

  function repository(name: string, actions: string) {
    const token = registry.accessToken([`repository:${name}:${actions}`]);
    return registryRepository({ host: registry.host, token, ca: authority.caPem }, name);
  }

  async function environment({ scopes = [] }: RunOptions): Promise<NodeJS.ProcessEnv> {
    const config = await mkdtemp(join(folder, 'config-'));
    const registrytoken = registry.accessToken(scopes);
    await writeFile(
      join(config, 'config.json'),
      JSON.stringify({ auths: { [registry.host]: { registrytoken } } }),
    );
    return {
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
      DOCKER_CONFIG: config,
      SSL_CERT_FILE: caFile,
    };
  }

  async function run(
    program: Program,
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<ToolResult> {
    const said = { stdout: '', stderr: '' };
    const status = await program({
      args,
      env: await environment(options),
      now: () => new Date(),
      stdout: (text) => {
        said.stdout += text;
      },
      stderr: (text) => {
        said.stderr += text;
      },
    });
    return { status, ...said };
  }

  async function spawn(
    tool: string,
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<ToolResult> {
    const env = await environment(options);
    return new Promise((resolve) => {
      execFile(
        join(STAND_IN_PATH, tool),
        args,
        { env, maxBuffer: 16 * 1024 * 1024 },
        (error, stdout, stderr) => {
          const status = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
          resolve({ status, stdout, stderr });
        },
      );
    });
  }

  return {
    registry,
    folder,
    push: (name, layout) => pushLayout(layout, repository(name, 'pull,push')),
    read: (name) => repository(name, 'pull'),
    run,
    spawn,
    async close() {
      await registry.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
