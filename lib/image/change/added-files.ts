import type { LayerFiles } from '../layer/layer-contents.ts';
import type { LayerFile } from '../layer/layer-file.ts';
import { type LayerEntry, nameOf } from '../layer/read-layer.ts';

/** What the added layers of a patch change together. */
export interface AddedFiles extends LayerFiles {
  /**
   * Other files whose normalized path is in `changed`, of one layer or of several: a higher layer's
   * `usr/bin/x` hides `bin/x` of a lower one only if `bin` is a link.
   */
  readonly twins: readonly LayerFile[];
  /** Names of all entries that are no folders, of each layer. */
  readonly names: ReadonlySet<string>;
  /**
   * Files that a higher layer deletes by their normalized path. They prove nothing, but `bin` and
   * `usr/bin` may be two folders, so they are judged.
   */
  readonly hidden: readonly LayerFile[];
}

/** `layers`: from the lowest to the highest. */
export function mergeLayers(layers: readonly LayerFiles[]): AddedFiles {
  const changed = new Map<string, LayerFile>();
  const claims = new Map<string, readonly string[]>();
  const [deleted, emptied, listed] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const deletedNames = new Set<string>();
  const [names, above, made] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const folders = new Map<string, LayerEntry>();
  const [twins, hidden]: [LayerFile[], LayerFile[]] = [[], []];
  for (const layer of layers) {
    for (const [path, file] of changed) {
      if (!isDeleted(layer, path)) continue;
      hidden.push(file);
      changed.delete(path);
    }
    for (const file of [...layer.changed.values(), ...layer.twins]) names.add(nameOf(file));
    for (const [name, folder] of layer.folders) folders.set(name, folder);
    for (const name of layer.above) above.add(name);
    for (const name of layer.made) made.add(name);
    twins.push(...layer.twins);
    for (const path of layer.deleted) deleted.add(path);
    for (const path of layer.emptied) emptied.add(path);
    for (const name of layer.deletedNames) deletedNames.add(name);
    for (const [path, file] of layer.changed) {
      const lower = changed.get(path);
      if (lower !== undefined && nameOf(lower) !== nameOf(file)) twins.push(lower);
      changed.set(path, file);
    }
    for (const [path, owners] of layer.claims) {
      claims.set(path, [...new Set([...(claims.get(path) ?? []), ...owners])]);
    }
    for (const name of layer.listed) listed.add(name);
  }
  return {
    ...{ changed, twins, hidden, names, folders, above, made },
    ...{ deleted, emptied, deletedNames, claims, listed },
  };
}

/** True for a path that the layers delete, by itself or with a folder above it. */
export function isDeleted({ deleted, emptied }: LayerFiles, path: string): boolean {
  if (deleted.has(path)) return true;
  if (deleted.size === 0 && emptied.size === 0) return false;
  return foldersAbove(path).some((folder) => deleted.has(folder) || emptied.has(folder));
}

/** True for a name that the layers delete, by itself or with a folder above it. */
export function isNameDeleted(
  { deletedNames }: Pick<LayerFiles, 'deletedNames'>,
  name: string,
): boolean {
  if (deletedNames.has(name)) return true;
  const isIn = (folder: string) => deletedNames.has(folder) || deletedNames.has(`${folder}/`);
  return foldersAbove(name).some(isIn);
}

/** The folders that hold a path, from the root, which is the empty path. */
export function foldersAbove(path: string): readonly string[] {
  const folders = [''];
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    folders.push(path.slice(0, at));
  }
  return folders;
}
