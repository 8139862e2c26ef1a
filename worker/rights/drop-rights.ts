import { chmod, chown, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BUILDKIT_TLS_NAMES,
  DOCKER_CONFIG_NAME,
  JOB_FILE_NAME,
  JOB_FOLDER_VARIABLE,
} from '../../lib/job/job-file.ts';
import type { Result } from '../../lib/result.ts';

/** The environment variable of a worker image with the user for its tools: `65532:65532`. */
export const USER_VARIABLE = 'PATCHWRIGHT_USER';

const FILES = [JOB_FILE_NAME, DOCKER_CONFIG_NAME, ...Object.values(BUILDKIT_TLS_NAMES)];

/** The calls of Node's `process` that change the user. Absent on Windows. */
export interface ProcessUser {
  readonly getuid?: () => number;
  readonly setgroups?: (groups: number[]) => void;
  readonly setgid?: (id: number) => void;
  readonly setuid?: (id: number) => void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Gives up root's rights if the image names a user. ACI documents no mode for the files of a secret
 * volume, so the worker starts as root and copies them first. Returns the environment to use from then
 * on, or why the rights were not given up: no tool may then run.
 */
export async function dropRights(
  environment: Environment,
  scratch: string,
  user: ProcessUser,
): Promise<Result<Environment>> {
  const wanted = environment[USER_VARIABLE];
  if (wanted === undefined || wanted === '') return { ok: true, value: environment };
  const [, uid, gid] = /^([1-9]\d{0,9}):([1-9]\d{0,9})$/.exec(wanted) ?? [];
  if (uid === undefined || gid === undefined) {
    return { ok: false, fault: `${USER_VARIABLE} must be UID:GID, and neither may be 0` };
  }
  // Somebody runs the image as another user on purpose, who has no rights to give up.
  if (user.getuid?.() !== 0) return { ok: true, value: environment };
  const ids = { uid: Number(uid), gid: Number(gid) };
  const folder = join(scratch, 'job');
  try {
    await copyJobFolder(environment[JOB_FOLDER_VARIABLE] ?? '', folder, ids);
    await chown(scratch, ids.uid, ids.gid);
    user.setgroups?.([]);
    user.setgid?.(ids.gid);
    user.setuid?.(ids.uid);
  } catch (error) {
    return { ok: false, fault: `the rights of root were not given up (${codeOf(error)})` };
  }
  if (user.getuid() === 0) return { ok: false, fault: 'the worker is still root' };
  return { ok: true, value: { ...environment, [JOB_FOLDER_VARIABLE]: folder } };
}

/** Copies the files that are there. The worker names those that it misses. */
async function copyJobFolder(
  from: string,
  to: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  for (const name of FILES) {
    const copy = join(to, name);
    try {
      await copyFile(join(from, name), copy);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') continue;
      throw error;
    }
    // The copy has the mode of the secret, which its owner may be unable to read.
    await chmod(copy, 0o400);
    await chown(copy, uid, gid);
  }
  await chown(to, uid, gid);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
