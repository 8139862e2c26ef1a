import { readdir, readFile, readlink } from 'node:fs/promises';

/** Mounts and processes that still use a folder. */
export interface Leftovers {
  /** Mount points below the folder. */
  readonly mounts: readonly string[];
  /** Processes that work in the folder, as `pid command`, without this process. */
  readonly processes: readonly string[];
}

export const NOTHING_LEFT: Leftovers = { mounts: [], processes: [] };

export async function leftoversOf(folder: string): Promise<Leftovers> {
  return { mounts: await mountsBelow(folder), processes: await processesOf(folder) };
}

export async function mountsBelow(folder: string): Promise<readonly string[]> {
  const table = await readFile('/proc/self/mounts', 'utf8');
  return table
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
}

async function processesOf(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) !== process.pid && (await worksIn(folder, pid))) {
      found.push(`${pid} ${(await readOf(pid, 'cmdline')).replaceAll('\0', ' ').trim()}`);
    }
  }
  return found;
}

/**
 * The worker and its tools name the folder in their command line or environment. A build step does not,
 * but its root file system, or its builder's folder, is in the folder.
 */
async function worksIn(folder: string, pid: string): Promise<boolean> {
  const named = await Promise.all(['cmdline', 'environ'].map((file) => readOf(pid, file)));
  if (named.some((text) => text.includes(`${folder}/`))) return true;
  const rootFolder = await readlink(`/proc/${pid}/root`).catch(() => '');
  if (rootFolder.startsWith(`${folder}/`)) return true;
  const mounts = (await readOf(pid, 'mountinfo')).split('\n');
  const root = mounts.find((line) => line.split(' ')[4] === '/') ?? '';
  return root.includes(`${folder}/`);
}

/** Returns an empty text if the process has ended. */
function readOf(pid: string, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
}
