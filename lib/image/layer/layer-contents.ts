import { posix } from 'node:path';
import { LayerError } from './layer-error.ts';
import { fileReader, type LayerFile } from './layer-file.ts';
import { normalizedPath } from './layer-path.ts';
import { packageListReader } from './package-lists.ts';
import { type ContentReader, type LayerEntry, nameOf } from './read-layer.ts';

/** The changes in an added layer. */
export interface LayerChanges {
  /** Files, folders, links, devices and deletions. */
  readonly entries: number;
  readonly files: LayerFiles;
}

export interface LayerFiles {
  /** By path, without folders. */
  readonly changed: ReadonlyMap<string, LayerFile>;
  /** Other files whose normalized path is in `changed`: `bin/x` beside `usr/bin/x`. */
  readonly twins: readonly LayerFile[];
  /** Folder entries, by name. */
  readonly folders: ReadonlyMap<string, LayerEntry>;
  /** Names of all folders above entries of any kind, without the root. */
  readonly above: ReadonlySet<string>;
  /** Names of folder entries that come before everything below them. */
  readonly made: ReadonlySet<string>;
  /** Paths of lower layers that it deletes, with everything below them. */
  readonly deleted: ReadonlySet<string>;
  /** Folders whose content in lower layers it hides. */
  readonly emptied: ReadonlySet<string>;
  /** The same by name: `bin/x` for a path, and `bin/` for what is in a folder. */
  readonly deletedNames: ReadonlySet<string>;
  /** The packages whose lists (dpkg, apk) in this layer own a path. */
  readonly claims: ReadonlyMap<string, readonly string[]>;
  /** The packages that have such a list. */
  readonly listed: ReadonlySet<string>;
}

/** Folders above the entries of an added layer. An entry may have some thousands. */
const MAX_ABOVE = 250_000;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** What an entry deletes of the layers below: the content of a folder, or one path. */
export function deletionOf(
  path: string,
): { readonly path: string; readonly below: boolean } | undefined {
  const name = deletedName(path);
  if (name === undefined) return undefined;
  return { path: normalizedPath(name), below: name.endsWith('/') };
}

/** The name of what an entry with this name deletes, of a folder's content with a slash at its end. */
export function deletedName(entry: string): string | undefined {
  const name = posix.basename(entry);
  if (!name.startsWith(WHITEOUT)) return undefined;
  const folder = posix.dirname(entry);
  if (name === OPAQUE) return folder === '.' ? '/' : `${folder}/`;
  return posix.join(folder, name.slice(WHITEOUT.length));
}

/** Collects a layer's entries, the content of its files, and what its package lists say. */
export class LayerContents {
  readonly #changed = new Map<string, LayerFile>();
  readonly #twins = new Map<string, LayerFile>();
  readonly #folders = new Map<string, LayerEntry>();
  readonly #above = new Set<string>();
  readonly #made = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #emptied = new Set<string>();
  readonly #deletedNames = new Set<string>();
  readonly #claims = new Map<string, string[]>();
  readonly #listed = new Set<string>();
  readonly #maxOwned: number;
  #entries = 0;

  constructor(limits: { readonly maxOwned: number }) {
    this.#maxOwned = limits.maxOwned;
  }

  add(entry: LayerEntry): void {
    const { path } = entry;
    this.#entries += 1;
    const deletion = deletionOf(path);
    if (deletion?.below === true) this.#emptied.add(deletion.path);
    else if (deletion !== undefined) this.#deleted.add(deletion.path);
    else if (entry.type === 'folder') this.#addFolder(entry);
    else this.#addFile(entry);
    const name = deletedName(nameOf(entry));
    if (name !== undefined) this.#deletedNames.add(name);
    this.#addAbove(nameOf(entry));
  }

  #addFolder(entry: LayerEntry): void {
    const name = nameOf(entry);
    this.#folders.set(name, entry);
    if (!this.#above.has(name)) this.#made.add(name);
  }

  /** Keeps every name of a path: without a link between the folders they are different files. */
  #addFile(entry: LayerEntry): void {
    const other = this.#changed.get(entry.path);
    this.#twins.delete(nameOf(entry));
    if (other !== undefined && nameOf(other) !== nameOf(entry)) {
      this.#twins.set(nameOf(other), other);
    }
    this.#changed.set(entry.path, entry);
  }

  #addAbove(name: string): void {
    let end = name.lastIndexOf('/');
    while (end > 0) {
      const folder = name.slice(0, end);
      if (this.#above.has(folder)) return;
      this.#above.add(folder);
      if (this.#above.size > MAX_ABOVE) {
        throw new LayerError('too-large', `its entries are in more than ${MAX_ABOVE} folders`);
      }
      end = name.lastIndexOf('/', end - 1);
    }
  }

  /** Returns a reader for the lines of the package list at this path. */
  addList(path: string): (line: string) => void {
    return packageListReader(path, {
      package: (name) => this.#listed.add(name),
      path: (owned, owner) => this.#claim(owned, owner),
    });
  }

  /** Returns a reader for the content of an added file. Call it after `add`. */
  content(entry: LayerEntry): ContentReader | undefined {
    if (this.#changed.get(entry.path) !== entry) return undefined;
    return fileReader(entry, (file) => this.#changed.set(entry.path, file));
  }

  #claim(path: string, owner: string): void {
    const owners = this.#claims.get(path);
    if (owners === undefined) this.#claims.set(path, [owner]);
    else if (owners.at(-1) !== owner) owners.push(owner);
    if (this.#claims.size > this.#maxOwned) {
      throw new LayerError('too-large', `its file lists name more than ${this.#maxOwned} paths`);
    }
  }

  changes(): LayerChanges {
    return {
      entries: this.#entries,
      files: {
        changed: this.#changed,
        twins: [...this.#twins.values()],
        folders: this.#folders,
        above: this.#above,
        made: this.#made,
        deleted: this.#deleted,
        emptied: this.#emptied,
        deletedNames: this.#deletedNames,
        claims: this.#claims,
        listed: this.#listed,
      },
    };
  }
}
