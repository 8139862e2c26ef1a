import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Container, Volume } from './group-request.ts';

/** The private temporary folder of one container, in place of its file system. */
export interface ContainerFolder {
  /** Holds all that is the container's, its volumes included. */
  readonly path: string;
  /** HOME and TMPDIR of the container's process. */
  readonly home: string;
  readonly temporary: string;
  /** The container's mounts: path inside → local folder. */
  readonly mounts: readonly { readonly inside: string; readonly folder: string }[];
  /** The local folder in place of a path at or below one of the container's mounts. */
  rewrite(value: string): string;
}

/** The private temporary folder of one group. */
export interface GroupFolder {
  of(container: Container): ContainerFolder;
  remove(): Promise<void>;
}

/**
 * Makes the folders (0700), and writes the secret volumes' files (0600) and empty folders into them.
 * A volume lies with the first container that mounts it. If `shared`, other users may use the
 * temporary folders, as in a container; the volumes stay root's.
 */
export async function createGroupFolder(
  volumes: readonly Volume[],
  containers: readonly Container[],
  { shared = false }: { readonly shared?: boolean } = {},
): Promise<GroupFolder> {
  const path = await mkdtemp(join(tmpdir(), 'local-group-'));
  await chmod(path, shared ? 0o711 : 0o700);
  const folders = new Map<string, string>();
  for (const volume of volumes) {
    const owner = containers.find((one) =>
      one.properties.volumeMounts?.some((mount) => mount.name === volume.name),
    );
    const folder = join(path, owner?.name ?? 'unmounted', 'volumes', volume.name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [file, base64] of Object.entries(volume.secret ?? {})) {
      await writeFile(join(folder, file), Buffer.from(base64, 'base64'), { mode: 0o600 });
    }
    folders.set(volume.name, folder);
  }
  const made = new Map<string, ContainerFolder>();
  for (const container of containers) {
    made.set(container.name, await createContainerFolder(join(path, container.name), container));
  }

  async function createContainerFolder(
    own: string,
    container: Container,
  ): Promise<ContainerFolder> {
    const home = join(own, 'home');
    const temporary = join(own, 'tmp');
    await mkdir(home, { recursive: true, mode: 0o700 });
    await mkdir(temporary, { mode: 0o700 });
    if (shared) {
      await chmod(own, 0o711);
      await chmod(temporary, 0o1777);
    }
    const mounts = (container.properties.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
      const folder = folders.get(name);
      return folder === undefined ? [] : [{ inside: mountPath, folder }];
    });
    return {
      path: own,
      home,
      temporary,
      mounts,
      rewrite(value) {
        for (const { inside, folder } of mounts) {
          if (value === inside || value.startsWith(`${inside}/`)) {
            return folder + value.slice(inside.length);
          }
        }
        return value;
      },
    };
  }

  return {
    of(container) {
      const folder = made.get(container.name);
      if (folder === undefined) throw new Error(`the group has no container ${container.name}`);
      return folder;
    },
    async remove() {
      if (await unmountBelow(path)) {
        await rm(path, { recursive: true, force: true, maxRetries: 3 });
      }
    },
  };
}

/**
 * A killed BuildKit leaves mounts in its state folder. They are unmounted before anything
 * is deleted, because deleting through a mount deletes its source. Returns false if one stays.
 */
async function unmountBelow(path: string): Promise<boolean> {
  const mounts = await mountsBelow(path);
  for (const mount of mounts) {
    await promisify(execFile)('umount', ['--lazy', mount]).catch(() => undefined);
  }
  return mounts.length === 0 || (await mountsBelow(path)).length === 0;
}

/** Mounts, deepest first. Empty if there is no /proc. */
async function mountsBelow(path: string): Promise<string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return table
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replaceAll('\\040', ' '))
    .filter((mount) => mount.startsWith(`${path}/`))
    .sort((one, other) => other.length - one.length);
}
