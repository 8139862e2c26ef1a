import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 500;

export interface LockRequest {
  readonly path: string;
  /** Called once when another process holds the lock, with its process id. */
  readonly onWait: (holder: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs `act` while no other process on this machine holds the lock at this path. The lock of a dead
 * process is taken over. Two processes that take it over at the same moment both run, so `act` must
 * end with a rename: the lock saves work but gives no safety.
 */
export async function underLock<T>(request: LockRequest, act: () => Promise<T>): Promise<T> {
  let told = false;
  while (!(await take(request.path))) {
    const holder = await readHolder(request.path);
    if (holder === undefined || !isAlive(holder)) {
      await rm(request.path, { force: true });
      continue;
    }
    if (!told) {
      request.onWait(holder);
      told = true;
    }
    await delay(POLL_MS, undefined, request.signal ? { signal: request.signal } : {});
  }
  try {
    return await act();
  } finally {
    await rm(request.path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

async function readHolder(path: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(path, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
