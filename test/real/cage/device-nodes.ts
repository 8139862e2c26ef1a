import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess } from '../process/run-process.ts';

/** Where the worker image has them, for a builder that may make none. */
const FOLDER_OF_IMAGE = 'usr/local/share/patchwright/dev';
/** As infra/worker/Dockerfile makes them: name, major and minor number. */
const NODES = [
  ['null', '1', '3'],
  ['zero', '1', '5'],
  ['full', '1', '7'],
  ['random', '1', '8'],
  ['urandom', '1', '9'],
  ['tty', '5', '0'],
] as const;

/** Makes the device nodes that the worker image ships. Takes root. */
export async function makeDeviceNodes(folder: string): Promise<void> {
  for (const [name, major, minor] of NODES) {
    const args = ['-m', '0666', join(folder, name), 'c', major, minor];
    await runProcess({ command: 'mknod', args, timeoutMs: 10_000 });
  }
}

/** Makes the worker image's own files, for the `image` of a cage. */
export async function makeWorkerFiles(image: string): Promise<void> {
  const folder = join(image, FOLDER_OF_IMAGE);
  await mkdir(folder, { recursive: true });
  await makeDeviceNodes(folder);
}
