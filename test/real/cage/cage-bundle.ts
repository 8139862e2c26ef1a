import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProcessResult, runProcess, runToExit } from '../process/run-process.ts';
import { stderrProgress } from '../progress.ts';
import { removeFolder } from '../remove-folder.ts';
import { buildCageSpec } from './cage-spec.ts';

/** The calls that `cage-spec --deny` refuses. `mknod`: only device nodes, as without CAP_MKNOD. */
export type DeniedCall = 'chroot' | 'link' | 'mknod' | 'renameat2' | 'setxattr';

/** The restrictions of a cage. */
export interface CageRules {
  /** True by default. */
  readonly noNewPrivileges?: boolean;
  readonly deny?: readonly DeniedCall[];
  /** Capabilities to drop, without `CAP_`. */
  readonly drop?: readonly string[];
  /** Folders of this machine that the cage shares. It can read all others, but its writes are discarded. */
  readonly shared?: readonly string[];
}

export interface CageBundleOptions extends CageRules {
  /** Absolute path of runc. */
  readonly runc: string;
  /** Absolute path of the cage's own folder, which must not exist. */
  readonly folder: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder whose files the cage has in addition to this machine's own. */
  readonly image?: string;
}

export interface CageBundle {
  /** The folder with the cage's writes outside of the shared folders. */
  readonly written: string;
  /** Arguments with which runc runs the command again. */
  runArguments(): readonly string[];
  /** Asks the last started command to end. */
  stop(): Promise<void>;
  /** Ends the remaining processes and deletes the cage's folder. */
  remove(): Promise<void>;
}

const LIMIT_MS = 60_000;

/** Makes an OCI bundle whose root is an overlay of this machine's root file system. Needs root. */
export async function makeCageBundle(options: CageBundleOptions): Promise<CageBundle> {
  const { folder, runc, image } = options;
  const spec = await buildCageSpec(stderrProgress());
  const root = join(folder, 'root');
  const written = join(folder, 'written');
  const work = join(folder, 'work');
  for (const path of [folder, root, written, work]) await mkdir(path);
  // As a lower layer it would be inside the other lower layer, which overlayfs refuses with ELOOP.
  if (image !== undefined) await tool('cp', ['--archive', `${image}/.`, written]);
  const layers = `lowerdir=/,upperdir=${written},workdir=${work}`;
  await tool('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
  const state = ['--root', join(folder, 'state')];
  const ids: string[] = [];
  const act = (...args: readonly string[]) =>
    runToExit({ command: runc, args: [...state, ...args], timeoutMs: LIMIT_MS });

  async function remove(): Promise<void> {
    for (const id of ids) await act('delete', '--force', id);
    await tool('umount', [root]);
    await removeFolder(folder);
  }

  try {
    const { stdout } = await tool(spec, specArguments(options, root));
    await writeFile(join(folder, 'config.json'), stdout);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    written,
    runArguments() {
      const id = `patchwright-cage-${randomUUID()}`;
      ids.push(id);
      return [...state, 'run', '--bundle', folder, id];
    },
    async stop() {
      const id = ids.at(-1);
      if (id !== undefined) await act('kill', id, 'TERM');
    },
    remove,
  };
}

function specArguments(options: CageBundleOptions, root: string): string[] {
  return [
    ...['--rootfs', root, `--no-new-privileges=${options.noNewPrivileges ?? true}`],
    ...['--deny', (options.deny ?? []).join(), '--drop', (options.drop ?? []).join()],
    ...['--cwd', options.cwd ?? '/'],
    ...(options.shared ?? []).flatMap((path) => ['--bind', `${path}:${path}`]),
    ...Object.entries(options.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...['--', ...options.command],
  ];
}

function tool(command: string, args: readonly string[]): Promise<ProcessResult> {
  return runProcess({ command, args, timeoutMs: LIMIT_MS });
}
