import { deletedName } from '../layer/layer-contents.ts';
import { LayerError } from '../layer/layer-error.ts';
import { fileReader, type LayerFile } from '../layer/layer-file.ts';
import { folderOfOtherName, linkedFolderOf } from '../layer/layer-path.ts';
import { packageListReader } from '../layer/package-lists.ts';
import {
  type ContentReader,
  type LayerEntry,
  type LayerVisitor,
  nameOf,
} from '../layer/read-layer.ts';
import { type AddedFiles, isDeleted, isNameDeleted } from './added-files.ts';
import { readDiversions } from './diversions.ts';
import { LIBRARY } from './path-rules.ts';

const STATUS_FOLDER = 'var/lib/dpkg/status.d/';
const STATUS_FILE = 'var/lib/dpkg/status';
const DIVERSIONS = 'var/lib/dpkg/diversions';
/** Deleted files, deletions, package lists and their packages that are held in memory. */
const MAX_HELD = 500_000;

/**
 * The part of a source's files that the added layers of its patch change or delete. Reads the
 * source's layers from the highest to the lowest, so that the first entry of a path counts.
 */
export class SourceFiles {
  readonly files = new Map<string, LayerFile>();
  /** Other files whose path is in `files`, by name: `usr/bin/x` beside `bin/x`. */
  readonly #twins = new Map<string, LayerFile>();
  /** What is at the names of added entries and of the folders above them, by name. */
  readonly nodes = new Map<string, LayerEntry>();
  /** Names at which the patch has something else than the source's folder. */
  readonly replacedFolders = new Set<string>();
  /** Paths of shared libraries, without links. */
  readonly libraries = new Set<string>();
  /** The packages whose lists own a path. */
  readonly owners = new Map<string, string[]>();
  /** The packages with a list of dpkg or apk. */
  readonly listed = new Set<string>();
  #hasStatusFolder = false;
  #hasStatusFile = false;
  /** dpkg's diversions: the path at which a package's file is, by the path in its list. */
  diversions: ReadonlyMap<string, string> = new Map();
  /** False if a layer was not read to its end. */
  complete = true;
  readonly #added: AddedFiles;
  readonly #folderPaths: ReadonlySet<string>;
  /** Package lists and diversions that were read. */
  readonly #read = new Set<string>();
  /**
   * Names that higher layers delete, of a folder's content with a slash at its end. Builders record the
   * name that a file has without links, so `lib/x` says nothing of `usr/lib/x`.
   */
  readonly #hidden = new Set<string>();
  /** Deletions of the layer that is being read hide only what is below it. */
  #hiddenBelow: string[] = [];

  readonly #maxHeld: number;

  constructor(added: AddedFiles, maxHeld = MAX_HELD) {
    this.#added = added;
    this.#maxHeld = maxHeld;
    this.#folderPaths = new Set([...added.folders.values()].map(({ path }) => path));
  }

  /**
   * Returns the file that an added file replaces. Without a link between their folders, `bin/x` and
   * `usr/bin/x` are two files, and neither replaces the other.
   */
  replacedBy(file: LayerEntry): LayerFile | undefined {
    const first = this.files.get(file.path);
    if (first === undefined || !this.areApart(first, file)) return first;
    return this.#twins.get(nameOf(file));
  }

  /** The files under the other name of a path in `files`, unless a link joins the two names. */
  twins(): readonly LayerFile[] {
    return [...this.#twins.values()].filter((twin) => {
      const first = this.files.get(twin.path);
      return first !== undefined && this.areApart(first, twin);
    });
  }

  /** True if two entries of one path are two files, because the source has no link there. */
  areApart(one: LayerEntry, other: LayerEntry): boolean {
    if (nameOf(one) === nameOf(other)) return false;
    return !this.#isLinked(linkedFolderOf(nameOf(one)) ?? linkedFolderOf(nameOf(other)));
  }

  /**
   * True if the patch deletes this file of the source: by its own name, or by the other name of its path
   * if the source has a link there.
   */
  isDeletedFrom(entry: LayerEntry): boolean {
    if (!isDeleted(this.#added, entry.path)) return false;
    const name = nameOf(entry);
    return isNameDeleted(this.#added, name) || this.#isLinked(folderOfOtherName(name));
  }

  #isLinked(folder: string | undefined): boolean {
    const node = folder === undefined ? undefined : this.nodes.get(folder);
    return node === undefined ? !this.complete : node.type !== 'folder';
  }

  /**
   * True if its packages are recorded in `status.d` alone: it has no package manager. dpkg keeps its
   * own record in one file, also beside a file that is left in that folder.
   */
  get hasStatusFolder(): boolean {
    return this.#hasStatusFolder && !this.#hasStatusFile;
  }

  /** Returns a visitor for the next layer. */
  layer(): LayerVisitor {
    for (const path of this.#hiddenBelow) this.#hidden.add(path);
    this.#hiddenBelow = [];
    return {
      tarBytes: () => undefined,
      entry: (entry) => this.#entry(entry),
      packageList: (entry) => this.#list(entry),
      content: (entry) => this.#content(entry),
    };
  }

  #entry(entry: LayerEntry): void {
    const deleted = deletedName(nameOf(entry));
    if (deleted !== undefined) {
      this.#hiddenBelow.push(deleted);
      this.#refuseFlood();
      return;
    }
    if (this.#isHidden(nameOf(entry))) return;
    if (entry.path.startsWith(STATUS_FOLDER)) this.#hasStatusFolder = true;
    if (entry.path === STATUS_FILE && entry.type === 'file') this.#hasStatusFile = true;
    const isCovered = this.#isCovered(nameOf(entry));
    this.#addNode(entry);
    if (entry.type === 'folder') return;
    const first = this.files.get(entry.path);
    if (first !== undefined) {
      if (nameOf(first) !== nameOf(entry)) this.#addTwin(entry);
      return;
    }
    if (entry.type === 'file' && LIBRARY.test(entry.path)) this.libraries.add(entry.path);
    if (isCovered || this.#matters(entry.path)) this.files.set(entry.path, entry);
    this.#refuseFlood();
  }

  #addTwin(entry: LayerEntry): void {
    if (!this.#twins.has(nameOf(entry))) this.#twins.set(nameOf(entry), entry);
    this.#refuseFlood();
  }

  #addNode(entry: LayerEntry): void {
    const name = nameOf(entry);
    const { names, above, folders } = this.#added;
    if (this.nodes.has(name)) return;
    const matters = names.has(name) || above.has(name) || folders.has(name);
    if (!matters && name !== linkedFolderOf(name)) return;
    this.nodes.set(name, entry);
    if (entry.type === 'folder' && names.has(name)) this.replacedFolders.add(name);
  }

  /** True if the patch has a file or a link instead of a folder above. */
  #isCovered(name: string): boolean {
    for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
      const folder = name.slice(0, at);
      if (!this.#added.names.has(folder)) continue;
      // A higher layer of the source may have replaced the folder before.
      if ((this.nodes.get(folder)?.type ?? 'folder') !== 'folder') continue;
      this.replacedFolders.add(folder);
      return true;
    }
    return false;
  }

  #matters(path: string): boolean {
    return this.#added.changed.has(path) || isDeleted(this.#added, path);
  }

  #isFirst(entry: LayerEntry): boolean {
    if (this.#read.has(entry.path) || this.#isHidden(nameOf(entry))) return false;
    this.#read.add(entry.path);
    this.#refuseFlood();
    return true;
  }

  /** True if a higher layer deletes this name, or a folder above it. */
  #isHidden(name: string): boolean {
    return this.#hidden.size > 0 && isNameDeleted({ deletedNames: this.#hidden }, name);
  }

  #list(entry: LayerEntry): (line: string) => void {
    if (!this.#isFirst(entry)) return () => undefined;
    return packageListReader(entry.path, {
      package: (name) => {
        this.listed.add(name);
        this.#refuseFlood();
      },
      path: (owned, owner) => {
        if (!this.#matters(owned) && !this.#folderPaths.has(owned)) return;
        const owners = this.owners.get(owned);
        if (owners === undefined) {
          this.owners.set(owned, [owner]);
          this.#refuseFlood();
        } else if (owners.at(-1) !== owner) owners.push(owner);
      },
    });
  }

  #content(entry: LayerEntry): ContentReader | undefined {
    if (this.files.get(entry.path) === entry) {
      return fileReader(entry, (file) => this.files.set(entry.path, file));
    }
    if (this.#twins.get(nameOf(entry)) === entry) {
      return fileReader(entry, (file) => this.#twins.set(nameOf(file), file));
    }
    if (entry.path !== DIVERSIONS || !this.#isFirst(entry)) return undefined;
    return readDiversions((diversions) => {
      this.diversions = diversions;
    });
  }

  #refuseFlood(): void {
    if (
      this.files.size +
        this.#twins.size +
        this.libraries.size +
        this.owners.size +
        this.listed.size +
        this.#read.size +
        this.#hidden.size +
        this.#hiddenBelow.length >
      this.#maxHeld
    ) {
      throw new LayerError('too-large', `more than ${this.#maxHeld} paths would be compared`);
    }
  }
}
