import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { pack } from 'tar-stream';

/**
 * Streams a root file system as tar, with the same bytes for the same files. Device nodes are excluded,
 * because a runtime makes its own.
 */
export function tarOfRoot(root: string): Readable {
  const child = spawn(
    'tar',
    [
      '--create',
      '--sort=name',
      '--numeric-owner',
      '--one-file-system',
      '--exclude=./dev/*',
      `--directory=${root}`,
      '.',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const output = new PassThrough();
  child.stdout.pipe(output, { end: false });
  Promise.all([once(child, 'close'), once(child.stdout, 'end')]).then(
    ([[code]]) =>
      code === 0 ? output.end() : output.destroy(new Error(`tar of ${root} ended with ${code}`)),
    (error: Error) => output.destroy(error),
  );
  return output;
}

/** Makes a layer that adds files. Paths are absolute. */
export function tarOfFiles(files: Readonly<Record<string, string>>, modified: Date): Readable {
  const archive = pack();
  for (const [path, content] of Object.entries(files)) {
    archive.entry({ name: path.slice(1), mode: 0o644, mtime: modified }, content);
  }
  archive.finalize();
  return Readable.from(archive);
}

/** Makes a layer that removes files of the layers below. Paths are absolute. */
export function tarOfWhiteouts(paths: readonly string[], modified: Date): Readable {
  const archive = pack();
  for (const path of paths) {
    const slash = path.lastIndexOf('/');
    const name = `${path.slice(1, slash + 1)}.wh.${path.slice(slash + 1)}`;
    archive.entry({ name, mode: 0o644, mtime: modified }, '');
  }
  archive.finalize();
  return Readable.from(archive);
}
