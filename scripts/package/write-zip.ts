import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { PublishedFile } from './published-files.ts';

/** Fixed values instead of the checkout's, so that the same files give the same zip. */
const MTIME = new Date(Date.UTC(2000, 0, 1, 12));
const MODE = 0o100644;

export async function writeZip(
  root: string,
  files: readonly PublishedFile[],
  output: string,
): Promise<void> {
  const zip = new ZipFile();
  for (const { path } of files) {
    zip.addFile(join(root, path), path, { mtime: MTIME, mode: MODE, compressionLevel: 9 });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(output));
}
