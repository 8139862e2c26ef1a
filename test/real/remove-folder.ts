import { mountsBelow } from './leftovers.ts';
import { runProcess, runToExit } from './process/run-process.ts';

/**
 * Deletes a folder if it exists. Mounts in it, such as the /proc of a killed debootstrap, are unmounted
 * first: a deletion through a mount would delete the files of the mounted folder. Throws if one stays.
 */
export async function removeFolder(folder: string): Promise<void> {
  const mounts = [...(await mountsBelow(folder))];
  for (const path of mounts.sort((one, other) => other.length - one.length)) {
    await runToExit({ command: 'umount', args: ['--lazy', path], timeoutMs: 60_000 });
  }
  const left = await mountsBelow(folder);
  if (left.length > 0) throw new Error(`${folder} is kept, because these are mounted: ${left}`);
  // A builder leaves some 60,000 files, for which Node takes four times as long.
  const args = ['--recursive', '--force', '--one-file-system', '--', folder];
  await runProcess({ command: 'rm', args, timeoutMs: 15 * 60_000 });
}
