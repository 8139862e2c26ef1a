import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { speaksHttp2 } from '../../../worker/builder/speaks-http2.ts';
import { startCage } from '../cage/cage.ts';
import type { DeniedCall } from '../cage/cage-bundle.ts';
import { runProcess, runToExit } from '../process/run-process.ts';
import { removeFolder } from '../remove-folder.ts';
import { MIRROR_REPOSITORY } from '../seed-registry.ts';
import type { RealTools } from '../tools/find-real-tools.ts';
import type { RegistryScene } from './registry-scene.ts';

export type BuilderName = 'upstream' | 'mount-free';

export interface RunningBuilder {
  /** For Copa's `--addr`. */
  readonly address: string;
  /** The size of its state on the disk, in MB of 10^6 bytes. */
  diskMegabytes(): Promise<number>;
  /** Ends it, deletes its state and returns its log. Fails if it ended with an error. */
  stop(): Promise<string>;
}

export interface StartBuilderOptions {
  readonly scene: RegistryScene;
  readonly tools: RealTools;
  /** System calls that the cage of the mount-free builder refuses. */
  readonly deny?: readonly DeniedCall[];
  readonly noNewPrivileges?: boolean;
  /** Folder with device nodes, for a cage without mknod(2). */
  readonly devices?: string;
}

const LIMIT_MS = 30 * 60_000;

/** Starts upstream's buildkitd with runc and overlayfs, or the mount-free builder in a cage. */
export async function startBuilder(
  name: BuilderName,
  options: StartBuilderOptions,
): Promise<RunningBuilder> {
  const folder = join(options.scene.folder, `${name}-${process.hrtime.bigint()}`);
  const temporary = join(folder, 'tmp');
  await mkdir(temporary, { recursive: true });
  const config = join(folder, 'buildkitd.toml');
  await writeFile(config, configOf(options.scene, folder));
  const socket = join(folder, 'builder.sock');
  const more = { ...options, folder, temporary, config, socket };
  const started = name === 'upstream' ? startUpstream(more) : await startMountFree(more);
  let ended = false;
  void started.ended.finally(() => {
    ended = true;
  });
  while (!(await isSocket(socket)) || !(await speaksHttp2(socket))) {
    if (ended) throw new Error(`${name} ended: ${(await started.ended).stderr.slice(-2000)}`);
    await delay(50);
  }
  return {
    address: `unix://${socket}`,
    diskMegabytes: () => diskMegabytes(started.state),
    async stop() {
      const { exitCode, stderr } = await started.stop();
      await removeFolder(folder);
      if (name === 'mount-free' && exitCode !== 0) {
        throw new Error(`the builder ended with ${exitCode}: ${stderr.slice(-2000)}`);
      }
      return stderr;
    },
  };
}

interface Places extends StartBuilderOptions {
  readonly folder: string;
  readonly temporary: string;
  readonly config: string;
  readonly socket: string;
}

function startUpstream({ tools, folder, temporary, config, socket }: Places) {
  const state = join(folder, 'root');
  const abort = new AbortController();
  const ended = runToExit({
    command: tools.programs.buildkitd,
    args: ['--config', config, '--root', state, '--addr', `unix://${socket}`],
    env: { ...process.env, TMPDIR: temporary, PATH: `${process.env.PATH}:/usr/sbin` },
    timeoutMs: LIMIT_MS,
    signal: abort.signal,
  }).catch(() => ({ exitCode: 0, stdout: '', stderr: '' }));
  return {
    state,
    ended,
    async stop() {
      abort.abort();
      return ended;
    },
  };
}

async function startMountFree(places: Places) {
  const { tools, scene, folder, config, socket, devices } = places;
  const root = '/var/lib/patchwright-builder';
  const cage = await startCage({
    runc: tools.runc,
    command: [
      tools.programs['patchwright-builder'],
      ...['serve', '--root', root, '--addr', `unix://${socket}`, '--config', config],
      ...(devices === undefined ? [] : ['--devices', devices]),
    ],
    shared: [folder, scene.login],
    timeoutMs: LIMIT_MS,
    noNewPrivileges: places.noNewPrivileges ?? true,
    ...(places.deny && { deny: places.deny }),
  });
  return {
    state: join(cage.written, root),
    ended: cage.ended,
    async stop() {
      await cage.stop();
      const result = await cage.ended;
      await cage.remove();
      return result;
    },
  };
}

function configOf({ registry, login }: RegistryScene, folder: string): string {
  const own = `[registry."${registry.host}"]\n  http = false\n  ca = ["${join(login, 'ca.crt')}"]\n`;
  const mirrors = ['docker.io', 'ghcr.io'].map(
    (name) =>
      `[registry."${name}"]\n  mirrors = ["${registry.host}/${MIRROR_REPOSITORY}/${name}"]\n`,
  );
  return [
    `[otel]\n  socketPath = "${join(folder, 'otel.sock')}"\n[cdi]\n  disabled = true\n`,
    '[worker.containerd]\n  enabled = false\n',
    '[worker.oci]\n  enabled = true\n  gc = false\n  networkMode = "host"\n',
    own,
    ...mirrors,
  ].join('');
}

async function diskMegabytes(folder: string): Promise<number> {
  const { stdout } = await runProcess({
    command: 'du',
    args: ['--summarize', '--one-file-system', '--block-size=1000000', folder],
    timeoutMs: 10 * 60_000,
  });
  return Number.parseInt(stdout, 10);
}

function isSocket(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isSocket(),
    () => false,
  );
}
