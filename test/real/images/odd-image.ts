import { link, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { runProcess } from '../process/run-process.ts';
import { tarOfRoot } from './layers.ts';
import type { OciLayout } from './oci-layout.ts';
import { withLayer } from './with-layer.ts';

/** The folder of the odd files in the image. */
export const ODD_FOLDER = 'opt/odd';

/** `struct vfs_cap_data`, revision 2: CAP_NET_RAW is permitted and effective. Every byte is ASCII. */
const NET_RAW = Buffer.from('0100000200200000000000000000000000000000', 'hex').toString('latin1');
const SPARSE_BYTES = 20_000_000;

/**
 * Makes an image with files whose properties a copy may lose: hard links, a hole, a device node, a fifo,
 * a setuid program of another owner, a name that is not UTF-8, and a file capability. Needs root.
 */
export async function makeOddImage(image: OciLayout, folder: string): Promise<OciLayout> {
  const root = join(folder, 'root');
  await makeOddFiles(join(root, ODD_FOLDER));
  const files = await withLayer(image, tarOfRoot(root), {
    folder: join(folder, 'files'),
    step: 'odd files',
  });
  return withLayer(files, tarOfCapability(), {
    folder: join(folder, 'image'),
    step: 'a file capability',
  });
}

async function makeOddFiles(folder: string): Promise<void> {
  const at = (name: string) => join(folder, name);
  await mkdir(folder, { recursive: true });
  await writeFile(at('first-name'), 'one file with two names\n');
  await link(at('first-name'), at('second-name'));
  await writeFile(at('sparse'), 'start');
  await truncate(at('sparse'), SPARSE_BYTES);
  await writeFile(at('setuid'), '#!/bin/sh\n');
  await writeFile(Buffer.concat([Buffer.from(at('not-utf-8-')), Buffer.from([0xff])]), 'odd\n');
  const commands = [
    ['mknod', at('device'), 'c', '1', '3'],
    ['mkfifo', at('fifo')],
    ['chown', '1234:5678', at('setuid')],
    ['chmod', '4755', at('setuid')],
  ] as const;
  for (const [command, ...args] of commands) {
    await runProcess({ command, args, timeoutMs: 10_000 });
  }
}

/** Uses a PAX header, because GNU tar keeps the attribute only if the machine's file system supports it. */
function tarOfCapability(): Readable {
  const archive = pack();
  const pax = { 'SCHILY.xattr.security.capability': NET_RAW };
  archive.entry({ name: `${ODD_FOLDER}/capable`, mode: 0o755, pax }, '#!/bin/sh\n');
  archive.finalize();
  return Readable.from(archive);
}
