/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import { createCipheriv, createHash } from 'node:crypto';

/**
 * What stands in a package's file: a line that says whose it is and what it isn't, and, for
 * programs and libraries, bytes that no two versions share and that hardly compress.
 */
export function packageFileContent(name: string, version: string, path: string): Uint8Array {
  const line = Buffer.from(`stand-in for ${path} of ${name} ${version}\n`);
  const size = contentSize(path);
  if (size === 0) {
    return line;
  }
  const seed = createHash('sha256').update(line).digest();
  const cipher = createCipheriv('aes-128-ctr', seed.subarray(0, 16), seed.subarray(16));
  return Buffer.concat([line, cipher.update(Buffer.alloc(size))]);
}

/** In bytes: enough that a layer weighs something, little enough that a test stays quick. */
function contentSize(path: string): number {
  if (/\.so(\.|$)/.test(path)) {
    return 24_576;
  }
  return /^\/?(usr\/)?s?bin\//.test(path) ? 8192 : 0;
}

/** With which permissions a package's file is installed; a few programs are setuid. */
export function packageFileMode(path: string): number {
  if (/\/bin\/(chfn|chsh|gpasswd|mount|newgrp|passwd|su|umount)$/.test(path)) {
    return 0o4755;
  }
  return /\/s?bin\//.test(path) ? 0o755 : 0o644;
}
