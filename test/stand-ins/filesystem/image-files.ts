/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import type { LayerEntry } from './layer.ts';

/** The file system of an image, by path without a leading slash. */
export type ImageFiles = ReadonlyMap<string, LayerEntry>;

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** Merges layers, including whiteouts. Rules: OCI image specification, "Layers". */
export function applyLayers(layers: readonly (readonly LayerEntry[])[]): ImageFiles {
  const files = new Map<string, LayerEntry>();
  for (const layer of layers) {
    for (const { path } of layer) {
      const [folder, name] = splitPath(path);
      if (name === OPAQUE) {
        removeBelow(files, folder);
      } else if (name.startsWith(WHITEOUT)) {
        const hidden = joinPath(folder, name.slice(WHITEOUT.length));
        files.delete(hidden);
        removeBelow(files, hidden);
      }
    }
    for (const entry of layer) {
      if (splitPath(entry.path)[1].startsWith(WHITEOUT)) {
        continue;
      }
      if (entry.type !== 'directory' && files.get(entry.path)?.type === 'directory') {
        removeBelow(files, entry.path);
      }
      files.set(entry.path, entry);
    }
  }
  return files;
}

/** Reads a file's text through symbolic links; undefined if it does not exist. */
export function readText(files: ImageFiles, path: string): string | undefined {
  const file = resolveFile(files, path);
  return file === undefined ? undefined : Buffer.from(file.content).toString('utf8');
}

/** Follows links, also those of folders in the path (`/bin` in a merged-usr system). */
export function resolveFile(
  files: ImageFiles,
  path: string,
): (LayerEntry & { readonly type: 'file' }) | undefined {
  let current = path;
  for (let hops = 0; hops < 20; hops += 1) {
    const entry = files.get(current);
    if (entry?.type === 'file') {
      return entry;
    }
    const next = followLink(files, current);
    if (next === undefined) {
      return undefined;
    }
    current = next;
  }
  return undefined;
}

function followLink(files: ImageFiles, path: string): string | undefined {
  const parts = path.split('/');
  for (let i = 1; i <= parts.length; i += 1) {
    const head = parts.slice(0, i).join('/');
    const entry = files.get(head);
    if (entry?.type === 'symlink' || entry?.type === 'link') {
      const from = entry.type === 'link' ? '' : splitPath(head)[0];
      return normalize([resolveTarget(from, entry.target), ...parts.slice(i)].join('/'));
    }
  }
  return undefined;
}

function resolveTarget(folder: string, target: string): string {
  return target.startsWith('/') ? target.slice(1) : joinPath(folder, target);
}

function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') {
      parts.pop();
    } else if (part !== '.' && part !== '') {
      parts.push(part);
    }
  }
  return parts.join('/');
}

function removeBelow(files: Map<string, LayerEntry>, folder: string): void {
  const prefix = folder === '' ? '' : `${folder}/`;
  for (const path of files.keys()) {
    if (path.startsWith(prefix) && path !== folder) {
      files.delete(path);
    }
  }
}

function splitPath(path: string): readonly [folder: string, name: string] {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)];
}

function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
