import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess } from '../process/run-process.ts';

/** Their folder in the worker image, for a builder that may not make device nodes. */
const FOLDER_OF_IMAGE = 'usr/local/share/patchwright/dev';
/** Name, major and minor number of each node, as in infra/worker/Dockerfile. */
const NODES = [
  ['null', '1', '3'],
  ['zero', '1', '5'],
  ['full', '1', '7'],
  ['random', '1', '8'],
  ['urandom', '1', '9'],
  ['tty', '5', '0'],
] as const;

/** Makes the device nodes of the worker image. Needs root. */
export async function makeDeviceNodes(folder: string): Promise<void> {
  for (const [name, major, minor] of NODES) {
    const args = ['-m', '0666', join(folder, name), 'c', major, minor];
    await runProcess({ command: 'mknod', args, timeoutMs: 10_000 });
  }
}

/** Makes the files of the worker image, for the `image` of a cage. */
export async function makeWorkerFiles(image: string): Promise<void> {
  const folder = join(image, FOLDER_OF_IMAGE);
  await mkdir(folder, { recursive: true });
  await makeDeviceNodes(folder);
}
