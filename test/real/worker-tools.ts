import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealTools } from './tools/find-real-tools.ts';

/** What `/usr/local/bin` is in the worker image: every real tool by its name, and nothing else. */
export interface WorkerTools {
  readonly folder: string;
  remove(): Promise<void>;
}

/** runc stands beside the others, since it may lie outside of a user's path. */
export async function linkWorkerTools(tools: RealTools): Promise<WorkerTools> {
  const folder = await mkdtemp(join(tmpdir(), 'patchwright-tools-'));
  for (const [name, path] of Object.entries({ ...tools.programs, runc: tools.runc })) {
    await symlink(path, join(folder, name));
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
