import { LayerContents, type LayerFiles } from '../../../../lib/image/layer/layer-contents.ts';
import type { LayerFile } from '../../../../lib/image/layer/layer-file.ts';
import { normalizedPath } from '../../../../lib/image/layer/layer-path.ts';

/** An entry of a layer as it is read, without an archive. */
export function entryOf(name: string, more: Partial<LayerFile> = {}): LayerFile {
  const path = normalizedPath(name);
  return {
    path,
    ...(name !== path && { name }),
    type: 'file',
    privileged: false,
    mode: 0o644,
    uid: 0,
    gid: 0,
    time: 0,
    ...more,
  };
}

export function folderOf(name: string, more: Partial<LayerFile> = {}): LayerFile {
  return entryOf(name, { type: 'folder', mode: 0o755, ...more });
}

export function linkOf(name: string, target: string): LayerFile {
  return entryOf(name, { type: 'symlink', mode: 0o777, target });
}

/** The files of a layer with these entries, in this order, and with dpkg's lists of packages. */
export function layerOf(
  entries: readonly LayerFile[],
  lists: Readonly<Record<string, readonly string[]>> = {},
): LayerFiles {
  const contents = new LayerContents({ maxOwned: 100 });
  for (const entry of entries) contents.add(entry);
  for (const [name, paths] of Object.entries(lists)) {
    const line = contents.addList(`var/lib/dpkg/info/${name}.list`);
    for (const path of paths) line(`/${path}`);
  }
  return contents.changes().files;
}
