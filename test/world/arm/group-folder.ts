import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Container, Volume } from './group-request.ts';

/** The private temporary folder of one group, which replaces a container's file system. */
export interface GroupFolder {
  readonly path: string;
  /** HOME and TMPDIR of the container's process. */
  readonly home: string;
  readonly temporary: string;
  /** The local folder for a path at or below one of the container's mounts. */
  rewrite(container: Container, value: string): string;
  remove(): Promise<void>;
}

/** Makes the folder (0700) and writes the secret volumes' files (0600) and empty folders into it. */
export async function createGroupFolder(volumes: readonly Volume[]): Promise<GroupFolder> {
  const path = await mkdtemp(join(tmpdir(), 'local-group-'));
  const folders = new Map<string, string>();
  for (const volume of volumes) {
    const folder = join(path, 'volumes', volume.name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [file, base64] of Object.entries(volume.secret ?? {})) {
      await writeFile(join(folder, file), Buffer.from(base64, 'base64'), { mode: 0o600 });
    }
    folders.set(volume.name, folder);
  }
  const home = join(path, 'home');
  const temporary = join(path, 'tmp');
  await mkdir(home, { mode: 0o700 });
  await mkdir(temporary, { mode: 0o700 });
  await chmod(path, 0o700);
  return {
    path,
    home,
    temporary,
    rewrite(container, value) {
      for (const mount of container.properties.volumeMounts ?? []) {
        const folder = folders.get(mount.name);
        if (
          folder !== undefined &&
          (value === mount.mountPath || value.startsWith(`${mount.mountPath}/`))
        ) {
          return folder + value.slice(mount.mountPath.length);
        }
      }
      return value;
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
