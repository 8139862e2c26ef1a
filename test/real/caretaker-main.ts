import { rm } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { leftoversOf, mountsBelow } from './leftovers.ts';
import { runToExit } from './process/run-process.ts';
import { TEMPORARY_PREFIX } from './temporary-prefix.ts';

/** The caretaker's own process, see `caretaker.ts`: its input is the folder, and its end the signal. */
async function main(): Promise<void> {
  const folder = await text(process.stdin);
  if (!isAbsolute(folder) || !basename(folder).startsWith(TEMPORARY_PREFIX)) {
    throw new Error('the caretaker was given no folder of its own kind');
  }
  await endProcesses(folder);
  const mounts = await mountsBelow(folder);
  for (const path of [...mounts].sort((one, other) => other.length - one.length)) {
    await runToExit({ command: 'umount', args: ['--lazy', path], timeoutMs: 60_000 });
  }
  // Deleting through a mount would delete what is behind it.
  if ((await mountsBelow(folder)).length === 0) {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What is killed may have started something meanwhile: until nothing is left. */
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
    // It has ended by itself.
  }
}

await main();
