import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { publishedFiles } from './package/published-files.ts';
import { writeZip } from './package/write-zip.ts';

/**
 * `npm run package [-- --output FILE] [-- --quiet]`: makes the zip that `func azure functionapp publish`
 * sends, and lists its contents.
 */
const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    output: { type: 'string', default: join(root, 'dist', 'package.zip') },
    quiet: { type: 'boolean', default: false },
  },
});

const files = publishedFiles(root);
await writeZip(root, files, values.output);
if (!values.quiet) {
  for (const { path, size } of files) console.log(`${kib(size)}  ${path}`);
}
const total = files.reduce((sum, { size }) => sum + size, 0);
console.log(`${kib(total)}  ${files.length} files`);
console.log(`${kib(statSync(values.output).size)}  ${values.output}`);

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1).padStart(8)} KiB`;
}
