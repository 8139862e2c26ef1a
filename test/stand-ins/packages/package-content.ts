/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import { createCipheriv, createHash } from 'node:crypto';

/**
 * The content of a package's file: a line with its package that says it is not real, and, for
 * programs and libraries, bytes that differ between versions and hardly compress.
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

/** In bytes: enough for a layer of some size, and small enough for quick tests. */
function contentSize(path: string): number {
  if (/\.so(\.|$)/.test(path)) {
    return 24_576;
  }
  return /^\/?(usr\/)?s?bin\//.test(path) ? 8192 : 0;
}

/** The permissions of a package's file. A few programs are setuid. */
export function packageFileMode(path: string): number {
  if (/\/bin\/(chfn|chsh|gpasswd|mount|newgrp|passwd|su|umount)$/.test(path)) {
    return 0o4755;
  }
  return /\/s?bin\//.test(path) ? 0o755 : 0o644;
}
