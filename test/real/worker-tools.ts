import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealTools } from './tools/find-real-tools.ts';

/** The counterpart of `/usr/local/bin` in the worker images: every real tool by name, and nothing else. */
export interface WorkerTools {
  readonly folder: string;
  /** The same for the image of privileged groups, which has upstream's buildkitd and runc as well. */
  readonly privilegedFolder: string;
  remove(): Promise<void>;
}

/** runc is included, because it may be outside of a user's PATH. */
export async function linkWorkerTools({ programs, runc }: RealTools): Promise<WorkerTools> {
  const { buildkitd, ...ordinary } = programs;
  const folder = await linkAll(ordinary);
  const privilegedFolder = await linkAll({ ...programs, runc });
  return {
    folder,
    privilegedFolder,
    async remove() {
      for (const one of [folder, privilegedFolder]) await rm(one, { recursive: true });
    },
  };
}

async function linkAll(programs: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'patchwright-tools-'));
  for (const [name, path] of Object.entries(programs)) await symlink(path, join(folder, name));
  return folder;
}
