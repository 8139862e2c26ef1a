import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PatchJobFile } from '../../lib/job/job-file.ts';
import { plainLines } from '../../lib/text/plain-lines.ts';
import { tailMessage } from '../context/tail-message.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { describeEnd } from '../tools/run-tool.ts';
import { startTool, type ToolEnd } from '../tools/start-tool.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';
import { buildkitConfig } from './buildkit-config.ts';
import { BUILDER_PROGRAM, type OwnBuilderKind } from './choose-builder.ts';
import { registryOnly } from './registry-only.ts';
import { speaksHttp2 } from './speaks-http2.ts';

export interface BuildkitDaemon {
  readonly address: string;
  hasEnded(): boolean;
  /**
   * Returns what it said last if it could not end the processes of a build step, and therefore ended
   * itself. Waits some seconds if it has not ended, since its clients notice its end first.
   */
  lostControl(): Promise<string | undefined>;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
}

export type DaemonStart =
  | { readonly ok: true; readonly daemon: BuildkitDaemon }
  | { readonly ok: false; readonly message: string };

const READY_LIMIT_MS = 60_000;
const PROBE_EVERY_MS = 200;
/** The mount-free builder gives its steps 30 s to end (`stopLimit` in internal/daemon/daemon.go). */
const STOP_GRACE_MS = 35_000;
/** A unix socket's path has at most 107 bytes. */
const LONGEST_SOCKET_FOLDER = 90;

const COMMANDS = {
  upstream: { name: 'buildkitd', args: [] },
  'mount-free': { name: BUILDER_PROGRAM, args: ['serve'] },
} as const satisfies Record<OwnBuilderKind, { name: string; args: readonly string[] }>;

const LAST_WORDS_MS = 3000;
/** The exit code of `patchwright-builder serve` after it lost control: infra/worker/builder/README.md. */
const LOST_CONTROL = 70;

/** Starts the builder of this kind for this job and waits until it serves requests. */
export async function startBuildkit(
  context: WorkerContext,
  {
    job,
    environment,
    kind,
  }: {
    readonly job: PatchJobFile;
    readonly environment: ToolEnvironment;
    readonly kind: OwnBuilderKind;
  },
): Promise<DaemonStart> {
  const program = COMMANDS[kind];
  const files = await prepareFiles(context, job, environment);
  const { folder, sockets, socketPath } = files;
  const address = `unix://${socketPath}`;
  const tool = startTool(context, {
    name: program.name,
    args: [...program.args, '--config', files.config, '--root', files.root, '--addr', address],
    environment: { ...registryOnly(environment.variables, job.registry), TMPDIR: files.temporary },
    stopGraceMs: STOP_GRACE_MS,
  });
  let end: ToolEnd | undefined;
  let stopping = false;
  void tool.ended.then((how) => {
    end = how;
    if (!stopping)
      context.log.warn('BuildKit ended by itself.', { end: describeEnd(how), said: said() });
  });

  function said(): string {
    return tailMessage(plainLines(tool.stderr()), 15, 1800);
  }

  async function lostControl(): Promise<string | undefined> {
    const over = new AbortController();
    await Promise.race([tool.ended, context.sleep(LAST_WORDS_MS, over.signal)]);
    over.abort();
    const isOut = kind === 'mount-free' && end?.how === 'exit' && end.code === LOST_CONTROL;
    return isOut ? tailMessage(plainLines(tool.stderr()), 1, 1800) : undefined;
  }

  async function stop(): Promise<void> {
    stopping = true;
    const how = await tool.stop();
    // A killed daemon may leave mounts, and removing its folder would delete their content.
    if (how === 'killed') return;
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    await rm(sockets, { recursive: true, force: true }).catch(() => undefined);
  }

  const startedAt = context.clock.now().getTime();
  while (end === undefined && !context.stop.aborted) {
    if (await speaksHttp2(socketPath)) {
      context.log.info('BuildKit is ready.', { builder: kind });
      const hasEnded = () => end !== undefined;
      return { ok: true, daemon: { address, hasEnded, lostControl, stop } };
    }
    if (context.clock.now().getTime() - startedAt > READY_LIMIT_MS) break;
    await context.sleep(PROBE_EVERY_MS, context.stop);
  }
  const how = end === undefined ? 'did not get ready' : describeEnd(end);
  await stop();
  return { ok: false, message: `${program.name} ${how}: ${said()}` };
}

interface DaemonFiles {
  /** Holds everything but the sockets. */
  readonly folder: string;
  readonly root: string;
  readonly temporary: string;
  readonly config: string;
  readonly sockets: string;
  readonly socketPath: string;
}

async function prepareFiles(
  context: WorkerContext,
  job: PatchJobFile,
  { extraCaFile }: ToolEnvironment,
): Promise<DaemonFiles> {
  // Outside of the scratch folder, because the removal of that folder must not reach into mounts.
  // BuildKit also mounts in its temporary folder.
  const folder = await mkdtemp(`${context.scratch}-bk-`);
  const [root, temporary] = [join(folder, 'root'), join(folder, 'tmp')];
  await mkdir(root);
  await mkdir(temporary);
  const sockets =
    folder.length <= LONGEST_SOCKET_FOLDER ? folder : await mkdtemp('/tmp/patchwright-bk-');
  const config = join(folder, 'buildkitd.toml');
  const traceSocket = join(sockets, 'otel.sock');
  await writeFile(config, buildkitConfig(job, { traceSocket, extraCaFile }));
  const socketPath = join(sockets, 'buildkitd.sock');
  return { folder, root, temporary, config, sockets, socketPath };
}
