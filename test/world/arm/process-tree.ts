import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills a container's process and everything that it started, like the end of a container: its process
 * group, its descendants (BuildKit starts runc in groups of its own), and daemons that have left the
 * tree, recognized by the container's folder in their environment. Synchronous, to work in
 * an `exit` handler.
 */
export function killTree(pid: number, folder: string): void {
  const strays = listProcesses().filter((one) => environmentOf(one.pid).includes(folder));
  const targets = [-pid, pid, ...descendantsOf(pid), ...strays.map((one) => one.pid)];
  for (const target of targets) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/** Reads /proc; empty if there is none. */
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
      // The command's name is in brackets and may have spaces; the parent is the second field after it.
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
      found.push({ pid: Number(name), parent: Number(parent) });
    } catch {
      // The process ended while the list was read.
    }
  }
  return found;
}

/** Empty if the process has ended or belongs to another user. */
function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
