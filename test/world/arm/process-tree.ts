import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills a process, its process group and all of its descendants: BuildKit starts runc in process
 * groups of its own, which killing the group alone would leave behind. Synchronous, so that it also
 * works in an `exit` handler.
 */
export function killTree(pid: number): void {
  const descendants = descendantsOf(pid);
  for (const target of [-pid, pid, ...descendants]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/** From /proc; empty where there is none. */
function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of listProcesses()) {
    children.set(entry.parent, [...(children.get(entry.parent) ?? []), entry.pid]);
  }
  const found: number[] = [];
  const open = [pid];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const below = children.get(next) ?? [];
    found.push(...below);
    open.push(...below);
  }
  return found;
}

function listProcesses(): { readonly pid: number; readonly parent: number }[] {
  const found: { pid: number; parent: number }[] = [];
  for (const name of readNames('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The command's name is in brackets and may hold spaces; the parent is the second field after it.
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
      found.push({ pid: Number(name), parent: Number(parent) });
    } catch {
      // It ended while the list was read.
    }
  }
  return found;
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
