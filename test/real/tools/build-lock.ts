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
 * Runs `act` while no other process on this machine does so under the same path. A lock whose holder
 * has died is taken over. Should two take it over at the same moment, both run: what is done under
 * it must end in a rename, so that the lock saves work and safety does not hang on it.
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
    // EPERM: it is there and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
