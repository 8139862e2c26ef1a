import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseFuncignore } from './funcignore.ts';

export interface PublishedFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

/** Core Tools never send these. Source: their `Common/ZipHelper.cs` and `FileSystemHelpers.cs`. */
const FOLDERS: ReadonlySet<string> = new Set(['.git', '.vscode']);
const FILES: ReadonlySet<string> = new Set([
  '.funcignore',
  '.gitignore',
  'appsettings.json',
  'local.settings.json',
  'project.lock.json',
]);

/** The files that `func azure functionapp publish` sends from this folder, sorted by path. */
export function publishedFiles(root: string): readonly PublishedFile[] {
  const ignores = parseFuncignore(readFileSync(join(root, '.funcignore'), 'utf8'));
  const files: PublishedFile[] = [];
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder + entry.name;
      if (entry.isDirectory()) {
        // An excluded folder is not searched.
        if (!FOLDERS.has(entry.name) && !ignores(`${path}/`)) waiting.push(`${path}/`);
      } else if (!FILES.has(entry.name) && !ignores(path)) {
        files.push({ path, size: statSync(join(root, path)).size });
      }
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
