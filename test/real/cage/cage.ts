import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type ProcessResult, runProcess, runToExit } from '../process/run-process.ts';
import { stderrProgress } from '../progress.ts';
import { buildCageSpec } from './cage-spec.ts';

/** What `cage-spec --deny` takes away. `mknod`: device nodes alone, as without CAP_MKNOD. */
export type DeniedCall = 'chroot' | 'link' | 'mknod' | 'renameat2' | 'setxattr';

export interface CageOptions {
  /** Absolute path of runc. */
  readonly runc: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly noNewPrivileges?: boolean;
  readonly deny?: readonly DeniedCall[];
  /** Capabilities to take away, without `CAP_`. */
  readonly drop?: readonly string[];
  /** Folders of this machine that the cage shares. The rest of it can be read, and writes are thrown away. */
  readonly shared?: readonly string[];
  readonly timeoutMs: number;
}

export interface Cage {
  /** What the cage wrote lies here, outside of the shared folders. */
  readonly written: string;
  /** Waits for the command. A code other than 0 is an answer. */
  readonly ended: Promise<ProcessResult>;
  /** Asks the command to end, and waits until it has. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Runs a command as a Standard container group would: in runc, over an overlay of this machine's own root
 * file system. Takes root and runc. The network is the machine's.
 */
export async function startCage(options: CageOptions): Promise<Cage> {
  const spec = await buildCageSpec(stderrProgress());
  const folder = await mkdtemp(join(tmpdir(), 'patchwright-cage-'));
  const [root, written, work] = ['root', 'written', 'work'].map((name) => join(folder, name));
  if (root === undefined || written === undefined || work === undefined)
    throw new Error('no folder');
  for (const path of [root, written, work]) await mkdir(path);
  const layers = `lowerdir=/,upperdir=${written},workdir=${work}`;
  await tool('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
  const { stdout } = await tool(spec, specArguments(options, root));
  await writeFile(join(folder, 'config.json'), stdout);
  const id = basename(folder);
  const state = ['--root', join(folder, 'state')];
  const ended = runToExit({
    command: options.runc,
    args: [...state, 'run', '--bundle', folder, id],
    timeoutMs: options.timeoutMs,
  });
  return {
    written,
    ended,
    async stop() {
      await runToExit({
        command: options.runc,
        args: [...state, 'kill', id, 'TERM'],
        timeoutMs: 60_000,
      });
      await ended;
    },
    async remove() {
      const kill = [...state, 'delete', '--force', id];
      await runToExit({ command: options.runc, args: kill, timeoutMs: 60_000 });
      await ended;
      await tool('umount', [root]);
      await rm(folder, { recursive: true });
    },
  };
}

/** Runs a command in a cage to its end. */
export async function runInCage(options: CageOptions): Promise<ProcessResult> {
  const cage = await startCage(options);
  try {
    return await cage.ended;
  } finally {
    await cage.remove();
  }
}

function specArguments(options: CageOptions, root: string): string[] {
  const env = { PATH: process.env.PATH ?? '', HOME: '/root', ...options.env };
  return [
    ...['--rootfs', root, `--no-new-privileges=${options.noNewPrivileges ?? true}`],
    ...['--deny', (options.deny ?? []).join(), '--drop', (options.drop ?? []).join()],
    ...(options.shared ?? []).flatMap((path) => ['--bind', `${path}:${path}`]),
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...['--', ...options.command],
  ];
}

function tool(command: string, args: readonly string[]): Promise<ProcessResult> {
  return runProcess({ command, args, timeoutMs: 60_000 });
}
