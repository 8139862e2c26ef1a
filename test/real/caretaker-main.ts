import { basename, isAbsolute } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { leftoversOf } from './leftovers.ts';
import { removeFolder } from './remove-folder.ts';
import { TEMPORARY_PREFIX } from './temporary-prefix.ts';

/** The caretaker process (see `caretaker.ts`). It gets the folder as input and starts at the input's end. */
async function main(): Promise<void> {
  const folder = await text(process.stdin);
  if (!isAbsolute(folder) || !basename(folder).startsWith(TEMPORARY_PREFIX)) {
    throw new Error('the caretaker got no path of a temporary folder of the real suite');
  }
  await endProcesses(folder);
  await removeFolder(folder);
}

/** Repeats until no process is left, because a killed process may have started another. */
async function endProcesses(folder: string): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const { processes } = await leftoversOf(folder);
    if (processes.length === 0) return;
    for (const line of processes) kill(Number.parseInt(line, 10));
    await delay(50);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has already ended.
  }
}

await main();
