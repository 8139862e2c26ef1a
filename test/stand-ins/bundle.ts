import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const PROGRAMS = join(import.meta.dirname, 'bin');
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/patchwright-stand-ins');

let bundled: Promise<string> | undefined;

/**
 * A folder with the stand-ins, each bundled into one file, which starts four times as fast as the
 * sources. The folder is named for its content, so that it is never stale.
 */
export function bundledStandIns(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: readdirSync(PROGRAMS).map((name) => ({ in: join(PROGRAMS, name), out: name })),
    outdir: CACHE,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    loader: { '': 'js' },
    logLevel: 'warning',
    // CommonJS packages in the bundle call `require`.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const hash = createHash('sha256');
  for (const { path, text } of outputFiles) hash.update(`${path}\n${text}\n`);
  const folder = join(CACHE, hash.digest('hex').slice(0, 16));
  if (existsSync(folder)) return readableByAll(folder);
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(join(CACHE, 'new-'));
  for (const { path, text } of outputFiles) {
    writeFileSync(join(made, basename(path, '.js')), text, { mode: 0o755 });
  }
  // Without it, Node takes a file without an extension for CommonJS.
  writeFileSync(join(made, 'package.json'), '{"type":"module"}');
  try {
    renameSync(made, folder);
  } catch (error) {
    // Another process made the same folder in the meantime; Git ignores what is left here.
    if (!existsSync(folder)) throw error;
  }
  return readableByAll(folder);
}

/** A scan worker runs its tools as another user. */
function readableByAll(folder: string): string {
  chmodSync(folder, 0o755);
  return folder;
}
