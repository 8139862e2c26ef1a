import type { LayerFiles } from '../layer/layer-contents.ts';
import type { LayerFile } from '../layer/layer-file.ts';

/** What the added layers of a patch change together. */
export interface AddedFiles extends LayerFiles {}

/** `layers`: from the lowest to the highest. */
export function mergeLayers(layers: readonly LayerFiles[]): AddedFiles {
  const changed = new Map<string, LayerFile>();
  const claims = new Map<string, readonly string[]>();
  const [deleted, emptied, listed] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const layer of layers) {
    for (const path of layer.deleted) {
      changed.delete(path);
      deleted.add(path);
    }
    for (const path of layer.emptied) emptied.add(path);
    for (const [path, file] of layer.changed) changed.set(path, file);
    for (const [path, owners] of layer.claims) {
      claims.set(path, [...new Set([...(claims.get(path) ?? []), ...owners])]);
    }
    for (const name of layer.listed) listed.add(name);
  }
  return { changed, deleted, emptied, claims, listed };
}

/** True for a path that the layers delete, by itself or with a folder above it. */
export function isDeleted({ deleted, emptied }: LayerFiles, path: string): boolean {
  if (deleted.has(path)) return true;
  if (deleted.size === 0 && emptied.size === 0) return false;
  return foldersAbove(path).some((folder) => deleted.has(folder) || emptied.has(folder));
}

/** The folders that hold a path, from the root, which is the empty path. */
export function foldersAbove(path: string): readonly string[] {
  const folders = [''];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    folders.push(path.slice(0, at));
  }
  return folders;
}
